//! Every field of every noun, classified by hand: open to everybody who sees the row, or guarded.

/// What is known of a noun.
#[derive(Debug)]
pub struct Class {
    /// The noun.
    pub noun: &'static str,
    /// What a token with scopes must have to read it.
    pub token_scope: &'static str,
    /// The fields that can be masked, in their order.
    guarded: &'static str,
    /// The fields that cannot.
    open: &'static str,
}

/// Every noun.
pub const CLASSES: [Class; 39] = [
    Class {
        noun: "User",
        token_scope: "user:read",
        guarded: "email",
        open: "name function roles active timeZone manager capacity outOfOfficeFrom \
               outOfOfficeUntil reports territories accounts leads opportunities campaigns",
    },
    Class {
        noun: "Territory",
        token_scope: "territory:read",
        guarded: "",
        open: "name code path kind parent businessCalendar children users accounts leads",
    },
    Class {
        noun: "Account",
        token_scope: "account:read",
        guarded: "annualRevenue customFields",
        open: "name industry employeeBand country channel lifecycle owner marketer \
               territory parent targetTier domains contacts leads opportunities touches \
               feedback merges subsidiaries tasks",
    },
    Class {
        noun: "AccountDomain",
        token_scope: "account:read",
        guarded: "",
        open: "account domain isPrimary",
    },
    Class {
        noun: "Contact",
        token_scope: "contact:read",
        guarded: "firstName lastName email emailDomain phone consent customFields",
        open: "emailVerified jobTitle roleFunction seniority buyerRole account doNotContact \
               brandAware leads memberships opportunities touches merges",
    },
    Class {
        noun: "ReasonCode",
        token_scope: "reason:read",
        guarded: "",
        open: "kind key label active",
    },
    Class {
        noun: "Campaign",
        token_scope: "campaign:read",
        guarded: "customFields",
        open: "name kind status channel parent owner briefGoal briefAudience briefMessage \
               briefSalesAction briefExpected startsAt endsAt expectedLeads \
               expectedResponses frequencyCap children costs members leads opportunities \
               touches feedback tasks",
    },
    Class {
        noun: "CampaignCost",
        token_scope: "campaign:read",
        guarded: "planned actual note",
        open: "campaign incurredOn category",
    },
    Class {
        noun: "CampaignMember",
        token_scope: "campaign:read",
        guarded: "",
        open: "campaign lead contact status respondedAt suppressedReason",
    },
    Class {
        noun: "Lead",
        token_scope: "lead:read",
        guarded: "firstName lastName email phone customFields",
        open: "status companyName jobTitle source sourceCampaign owner territory account \
               contact duplicateOf score fitScore engagementScore intentBand cycle mqlAt \
               acceptedAt firstTouchedAt sqlAt convertedAt resumeAt quality rejectReason \
               disqualifyReason match readiness definition transitions routing touches memberships \
               opportunities feedback duplicates slaClocks briefing tasks",
    },
    Class {
        noun: "LeadTransition",
        token_scope: "lead:read",
        guarded: "note",
        open: "lead fromStatus toStatus at byUser cause reason need authority budget timing \
               scoreSnapshot definition cycle backfilled",
    },
    Class {
        noun: "Opportunity",
        token_scope: "opportunity:read",
        guarded: "amount nextStep customFields",
        open: "name account owner lead primaryCampaign stage probability expectedCloseOn \
               closedAt lostReason pushCount forecastCategory contacts changes feedback tasks",
    },
    Class {
        noun: "OpportunityContact",
        token_scope: "opportunity:read",
        guarded: "",
        open: "opportunity contact role isPrimary",
    },
    Class {
        noun: "OpportunityChange",
        token_scope: "opportunity:read",
        guarded: "fromValue toValue",
        open: "opportunity field at byUser reason backfilled",
    },
    Class {
        noun: "Touch",
        token_scope: "touch:read",
        guarded: "visitorKey properties",
        open: "occurredAt kind function direction channel campaign contact lead account \
               actor identifiedAt sourceSystem",
    },
    Class {
        noun: "Feedback",
        token_scope: "feedback:read",
        guarded: "verbatim author",
        open: "direction kind campaign lead account opportunity theme sentiment assignee \
               state dueAt acknowledgedAt actionedAt verifiedAt resolvedByCampaign \
               resolvedByUrl appealedAt appealDecidedAt comments slaClocks asset definition \
               resolvedByAsset resolvedByDefinition tasks",
    },
    Class {
        noun: "Asset",
        token_scope: "asset:read",
        guarded: "",
        open: "title kind url stage campaign owner feedback",
    },
    Class {
        noun: "FeedbackComment",
        token_scope: "feedback:read",
        guarded: "author body",
        open: "feedback mentions",
    },
    Class {
        noun: "FeedbackMention",
        token_scope: "feedback:read",
        guarded: "",
        open: "feedback comment user at",
    },
    Class {
        noun: "Merge",
        token_scope: "duplicate:read",
        guarded: "",
        open: "entity contact account mergedIds mergedAt byUser undoneAt",
    },
    Class {
        noun: "LeadMatch",
        token_scope: "lead:read",
        guarded: "",
        open: "lead account rule score reasons decidedAt candidates",
    },
    Class {
        noun: "LeadMatchCandidate",
        token_scope: "lead:read",
        guarded: "",
        open: "leadMatch lead account score reasons",
    },
    Class {
        noun: "LeadReadiness",
        token_scope: "lead:read",
        guarded: "",
        open: "lead definition score threshold met missing scoredAt factors",
    },
    Class {
        noun: "ScoreFactor",
        token_scope: "lead:read",
        guarded: "",
        open: "lead place key label points evidence count lastTouch scoredAt",
    },
    Class {
        noun: "LeadDefinition",
        token_scope: "definition:read",
        guarded: "",
        open: "stage version status criteria threshold answers note proposedBy effectiveFrom \
               supersededAt approvals leads feedback",
    },
    Class {
        noun: "LeadDefinitionApproval",
        token_scope: "definition:read",
        guarded: "",
        open: "definition user function at",
    },
    Class {
        noun: "RoutingRule",
        token_scope: "routing:read",
        guarded: "",
        open: "name priority condition strategy active members decisions",
    },
    Class {
        noun: "RoutingPoolMember",
        token_scope: "routing:read",
        guarded: "",
        open: "routingRule user",
    },
    Class {
        noun: "RoutingDecision",
        token_scope: "lead:read",
        guarded: "",
        open: "lead at step strategy routingRule user reason overCapacity candidateCount \
               candidates",
    },
    Class {
        noun: "RoutingCandidate",
        token_scope: "lead:read",
        guarded: "",
        open: "routingDecision lead user place eligible why openLeads",
    },
    Class {
        noun: "DuplicateCandidate",
        token_scope: "duplicate:read",
        guarded: "",
        open: "entity contact otherContact lead otherLead account otherAccount score reasons \
               state foundAt decidedAt decidedBy",
    },
    Class {
        noun: "BusinessCalendar",
        token_scope: "calendar:read",
        guarded: "",
        open: "name timeZone hours isDefault holidays territories",
    },
    Class {
        noun: "Holiday",
        token_scope: "calendar:read",
        guarded: "",
        open: "businessCalendar day name",
    },
    Class {
        noun: "SlaPolicy",
        token_scope: "sla:read",
        guarded: "",
        open: "name kind condition targetMinutes warnAtPercent escalate active priority \
               businessCalendar clocks",
    },
    Class {
        noun: "SlaClock",
        token_scope: "sla:read",
        guarded: "",
        open: "kind state lead feedback teamRequest policy businessCalendar owner startedAt dueAt warnAt \
               warnedAt pausedAt pausedMinutes remainingMinutes stoppedAt breachedAt metLateAt \
               escalatedTo cycle restarts",
    },
    Class {
        noun: "TeamRequest",
        token_scope: "request:read",
        guarded: "details requester",
        open: "fromFunction toFunction title neededBy assignee state answeredAt declineReason \
               deliveredAt deliveredCampaign deliveredUrl ratedAt rating ratingNote slaClocks",
    },
    Class {
        noun: "Playbook",
        token_scope: "playbook:read",
        guarded: "",
        open: "name leadStatus active steps",
    },
    Class {
        noun: "PlaybookStep",
        token_scope: "playbook:read",
        guarded: "",
        open: "playbook place title bestPractice dueAfterMinutes assignTo tasks",
    },
    Class {
        noun: "Task",
        token_scope: "task:read",
        guarded: "title snoozeReason",
        open: "bestPractice origin state lead opportunity campaign account feedback assignee \
               dueAt remindAt remindedAt doneAt outOfOrder snoozedUntil playbookStep cycle week",
    },
];

/// What every noun has, where its table has it.
pub const STAMPS: [&str; 4] = ["id", "version", "createdAt", "updatedAt"];

/// The nouns whose rows have a name and a status to tell, beside each relation to them.
pub const REFERRED: [&str; 5] = ["Account", "Contact", "Lead", "Opportunity", "Campaign"];

impl Class {
    /// The class of a noun.
    ///
    /// # Panics
    ///
    /// When nobody has classified it.
    #[must_use]
    pub fn of(noun: &str) -> &'static Self {
        let class = CLASSES.iter().find(|class| class.noun == noun);
        class.unwrap_or_else(|| panic!("classify the noun {noun} in oracle/lens/class.rs"))
    }

    /// The fields that can be masked, in their order.
    pub fn guarded(&self) -> impl Iterator<Item = &'static str> {
        self.guarded.split_whitespace()
    }

    /// The fields that cannot, without the [`STAMPS`].
    pub fn open(&self) -> impl Iterator<Item = &'static str> {
        self.open.split_whitespace()
    }

    /// What guards `field`: itself, or the relation whose id it is, or the amount whose currency.
    #[must_use]
    pub fn guard_of(&self, field: &str) -> Option<&'static str> {
        let relation = field.strip_suffix("Id").unwrap_or(field);
        let amount = field.strip_suffix("Currency").unwrap_or(field);
        let mut guarded = self.guarded();
        guarded.find(|guarded| [field, relation, amount].contains(guarded))
    }
}
