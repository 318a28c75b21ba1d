//! The ways in which people are reached, shared by campaigns and touches.

use entity::channel::Channel;

use super::model::Enumeration;

pub(super) fn channel() -> Enumeration {
    Enumeration::of(
        "Channel",
        "By which channel somebody is reached, or reaches us.",
        |value: Channel| match value {
            Channel::Direct => "Typed the address, or came without a trace of where from.",
            Channel::Organic => "Found by an unpaid search.",
            Channel::Paid => "Advertising.",
            Channel::Email => "E-mail.",
            Channel::Social => "Social networks, unpaid.",
            Channel::Event => "Trade fairs, webinars and the like.",
            Channel::Content => "Papers, articles and other things to read or watch.",
            Channel::Partner => "Through a partner.",
            Channel::Outbound => "Sales goes to them first.",
            Channel::Phone => "Telephone.",
            Channel::Mail => "Letters and parcels.",
            Channel::Web => "Our own site.",
            Channel::Other => "None of these.",
        },
    )
}
