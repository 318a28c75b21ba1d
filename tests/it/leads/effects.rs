//! What follows from the steps of leads.

use api::views::Role;
use entity::lead::LeadStatus;
use serde_json::{Value, json};
use tests::{app::TestApp, app::each_app, client::Response};

use super::{Team, gid};

async fn run(app: &TestApp, token: &str, name: &str, said: Value) -> Response {
    let input = name[..1].to_ascii_uppercase() + &name[1..];
    let document = format!(
        "mutation ($input: {input}Input!) {{ {name}(input: $input) {{ lead {{ status version
           account {{ name }} contact {{ firstName lastName email account {{ name }} }}
           opportunities {{ nodes {{ name stage amount {{ amount currency }} expectedCloseOn owner {{ name }} }} }}
           feedback {{ nodes {{ kind direction theme verbatim state author {{ name }} assignee {{ name }} }} }}
           transitions {{ nodes {{ fromStatus toStatus cause note need reason {{ key }} byUser {{ name }} }} }}
         }} }} }}"
    );
    app.graphql(token, &document, json!({ "input": said }))
        .await
}

fn problem(answer: &Response) -> (String, String) {
    let extensions = &answer.body["errors"][0]["extensions"];
    let text = |name: &str| extensions[name].as_str().unwrap_or_default().to_owned();
    (text("code"), text("field"))
}

#[tokio::test]
async fn a_lead_that_is_captured_begins_with_a_step_and_with_the_touch_that_brought_it() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let document = "mutation ($input: CaptureLeadInput!) { captureLead(input: $input) { lead { status
            transitions { nodes { fromStatus toStatus cause byUser { name } } }
            touches { nodes { kind direction function } } } } }";
        let said = json!({ "lastName": "Lemgor", "email": "eva@acme.example", "source": "WEB_FORM" });
        let marketer = team.token(Role::Marketer);
        let answer = app.graphql(marketer, document, json!({ "input": said })).await;
        let lead = &answer.data()["captureLead"]["lead"];
        assert_eq!(lead["status"], "NEW");
        let step = json!({ "fromStatus": null, "toStatus": "NEW", "cause": "MUTATION", "byUser": { "name": "MARKETER" } });
        assert_eq!(lead["transitions"]["nodes"], json!([step]));
        let touch = json!({ "kind": "FORM_SUBMIT", "direction": "INBOUND", "function": "MARKETING" });
        assert_eq!(lead["touches"]["nodes"], json!([touch]));
    })
    .await;
}

#[tokio::test]
async fn a_rejection_needs_a_reason_and_becomes_feedback() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let rep = team.token(Role::SalesRep);
        let lead = team.lead(app, LeadStatus::Mql).await;
        let id = gid("Lead", lead.id);
        let other = team.reasons.iter().find(|reason| {
            sea_orm::ActiveEnum::to_value(&reason.kind) == "REJECT" && reason.key == "OTHER"
        });
        let other = gid("ReasonCode", other.unwrap().id);
        let of = |reason: &str| json!({ "id": id, "reasonId": reason });
        let answer = run(app, rep, "rejectLead", of(&team.reason("RECYCLE"))).await;
        assert_eq!(
            problem(&answer),
            ("VALIDATION".into(), "input.reasonId".into())
        );
        let answer = run(app, rep, "rejectLead", of(&other)).await;
        assert_eq!(problem(&answer), ("VALIDATION".into(), "input.note".into()));
        let mut said = of(&other);
        said["note"] = json!("they sell shoes");
        said["expectedVersion"] = json!(7);
        let answer = run(app, rep, "rejectLead", said.clone()).await;
        assert_eq!(problem(&answer).0, "VERSION_CONFLICT");
        said["expectedVersion"] = json!(1);
        let answer = run(app, rep, "rejectLead", said).await;
        let lead = &answer.data()["rejectLead"]["lead"];
        assert_eq!(
            (&lead["status"], &lead["version"]),
            (&json!("REJECTED"), &json!(2))
        );
        let step = &lead["transitions"]["nodes"][0];
        assert_eq!(step["reason"]["key"], "OTHER");
        assert_eq!(step["note"], "they sell shoes");
        let feedback = &lead["feedback"]["nodes"];
        assert_eq!(feedback.as_array().unwrap().len(), 1);
        assert_eq!(feedback[0]["kind"], "LEAD_QUALITY");
        assert_eq!(feedback[0]["direction"], "SALES_TO_MARKETING");
        assert_eq!(feedback[0]["theme"], "OTHER");
        assert_eq!(feedback[0]["author"]["name"], "SALES_REP");
        let words = feedback[0]["verbatim"].as_str().unwrap();
        assert!(words.ends_with(": they sell shoes"), "{words}");
    })
    .await;
}

#[tokio::test]
async fn who_has_read_another_version_is_told_so_before_where_the_lead_stands() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let rep = team.token(Role::SalesRep);
        let lead = gid("Lead", team.lead(app, LeadStatus::Mql).await.id);
        let said = json!({ "id": lead, "expectedVersion": 1 });
        let _ = run(app, rep, "acceptLead", said.clone()).await.data();
        let answer = run(app, rep, "acceptLead", said.clone()).await;
        assert_eq!(
            problem(&answer),
            ("VERSION_CONFLICT".into(), "input.expectedVersion".into())
        );
        let told = &answer.body["errors"][0]["extensions"];
        assert_eq!(
            (&told["currentVersion"], &told["current"]["status"]),
            (&json!(2), &json!("ACCEPTED"))
        );
        let many =
            "mutation ($input: [AcceptLeadInput!]!) { acceptLeads(input: $input, atomic: false) {
            results { problems { code currentVersion } } } }";
        let answer = app.graphql(rep, many, json!({ "input": [said] })).await;
        let result = &answer.data()["acceptLeads"]["results"][0]["problems"];
        assert_eq!(
            *result,
            json!([{ "code": "VERSION_CONFLICT", "currentVersion": 2 }])
        );
        // Who has read it, and asks for what it cannot do, is told that.
        let said = json!({ "id": lead, "expectedVersion": 2 });
        assert_eq!(
            problem(&run(app, rep, "acceptLead", said).await).0,
            "INVALID_TRANSITION"
        );
    })
    .await;
}

#[tokio::test]
async fn who_says_a_wrong_state_is_not_asked_for_the_reason_of_another() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let lead = gid("Lead", team.lead(app, LeadStatus::Rejected).await.id);
        let said = json!({ "id": lead, "to": "MQL", "reasonId": team.reason("RECYCLE") });
        let answer = run(app, team.token(Role::Marketer), "disposeRejected", said).await;
        let errors = answer.body["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{}", answer.body);
        assert_eq!(problem(&answer), ("VALIDATION".into(), "input.to".into()));
    })
    .await;
}

#[tokio::test]
async fn a_rejection_is_disputed_once_in_a_cycle_and_goes_to_the_manager() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let marketing = team.token(Role::MarketingManager);
        let lead = team.lead(app, LeadStatus::Rejected).await;
        let said = json!({ "id": gid("Lead", lead.id), "reason": "look again" });
        let answer = run(app, marketing, "disputeRejection", said.clone()).await;
        assert_eq!(answer.data()["disputeRejection"]["lead"]["status"], "MQL");
        let owner = "query ($id: ID!) { lead(id: $id) { owner { name } } }";
        let asked = json!({ "id": gid("Lead", lead.id) });
        let answer = app.graphql(marketing, owner, asked.clone()).await;
        assert_eq!(answer.data()["lead"]["owner"]["name"], "SALES_MANAGER");
        let manager = team.token(Role::SalesManager);
        let again = json!({ "id": gid("Lead", lead.id), "reasonId": team.reason("REJECT") });
        let _ = run(app, manager, "rejectLead", again).await.data();
        let answer = run(app, marketing, "disputeRejection", said).await;
        assert_eq!(
            problem(&answer),
            ("INVALID_TRANSITION".into(), "input".into())
        );
        let allowed = &answer.body["errors"][0]["extensions"]["allowed"];
        let options = "query ($id: ID!) { lead(id: $id) { allowedTransitions { mutation } } }";
        let answer = app.graphql(marketing, options, asked).await;
        let options = answer.data()["lead"]["allowedTransitions"]
            .as_array()
            .unwrap()
            .clone();
        let options: Vec<&Value> = options.iter().map(|it| &it["mutation"]).collect();
        assert_eq!(*allowed, json!(options));
        assert_eq!(json!(options), json!(["disposeRejected"]));
    })
    .await;
}

#[tokio::test]
async fn the_first_approach_of_sales_has_an_accepted_lead_worked() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let rep = team.token(Role::SalesRep);
        let lead = gid("Lead", team.lead(app, LeadStatus::Accepted).await.id);
        let me = gid("User", team.user(Role::SalesRep).id);
        let log = "mutation ($input: LogTouchInput!) { logTouch(input: $input) { touch { lead {
            status firstTouchedAt transitions { nodes { toStatus cause byUser { name } } } } } } }";
        let touch = |kind: &str, direction: &str| {
            json!({ "input": { "kind": kind, "direction": direction, "leadId": lead, "actorId": me, "channel": "PHONE", "function": "SALES" } })
        };
        let answer = app.graphql(rep, log, touch("CALL", "INBOUND")).await;
        assert_eq!(answer.data()["logTouch"]["touch"]["lead"]["status"], "ACCEPTED");
        for _ in 0..2 {
            let answer = app.graphql(rep, log, touch("CALL", "OUTBOUND")).await;
            let lead = &answer.data()["logTouch"]["touch"]["lead"];
            assert_eq!(lead["status"], "WORKING");
            assert_eq!(lead["firstTouchedAt"], "2026-11-22T12:00:00.000000Z");
            let step = json!({ "toStatus": "WORKING", "cause": "RULE", "byUser": null });
            assert_eq!(lead["transitions"]["nodes"], json!([step]));
        }
    })
    .await;
}

#[tokio::test]
async fn a_lead_that_is_converted_becomes_a_contact_and_an_opportunity_of_an_account() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let rep = team.token(Role::SalesRep);
        let lead = team.lead(app, LeadStatus::Sql).await;
        let id = gid("Lead", lead.id);
        let answer = run(app, rep, "convertLead", json!({ "id": id })).await;
        let missing = ("VALIDATION".to_owned(), "input.opportunityName".to_owned());
        assert_eq!(problem(&answer), missing);
        let said = json!({ "id": id, "opportunityName": "Pumps" });
        let answer = run(app, rep, "convertLead", said).await;
        let errors = answer.body["errors"].as_array().unwrap().iter();
        let fields: Vec<&Value> = errors.map(|it| &it["extensions"]["field"]).collect();
        assert_eq!(json!(fields), json!(["input.opportunityAmount", "input.opportunityCloseOn"]));
        for amount in ["1.234", "-5"] {
            let said = json!({
                "id": id, "opportunityName": "Pumps", "opportunityCloseOn": "2027-01-31",
                "opportunityAmount": { "amount": amount, "currency": "EUR" },
            });
            let answer = run(app, rep, "convertLead", said).await;
            let wrong = ("VALIDATION".to_owned(), "input.opportunityAmount.amount".to_owned());
            assert_eq!(problem(&answer), wrong, "{}", answer.body);
        }
        let said = json!({
            "id": id, "opportunityName": "Pumps", "opportunityCloseOn": "2027-01-31",
            "opportunityAmount": { "amount": "1200", "currency": "EUR" },
        });
        let answer = run(app, rep, "convertLead", said).await;
        let lead = &answer.data()["convertLead"]["lead"];
        assert_eq!(lead["status"], "CONVERTED");
        assert_eq!(lead["account"]["name"], "Acme");
        assert_eq!(lead["contact"]["lastName"], "Lemgor");
        let deals = &lead["opportunities"]["nodes"];
        let deal = json!({
            "name": "Pumps", "stage": "PROSPECTING", "amount": { "amount": "1200.00", "currency": "EUR" },
            "expectedCloseOn": "2027-01-31", "owner": { "name": "SALES_REP" },
        });
        assert_eq!(*deals, json!([deal]));
    })
    .await;
}

#[tokio::test]
async fn campaigns_go_on_with_the_contact_that_a_lead_becomes() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let admin = team.token(Role::Admin);
        let create = "mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { id } }";
        let add = "mutation ($input: AddCampaignMemberInput!) { addCampaignMember(input: $input) { id } }";
        let (ann, bob) = (
            team.lead(app, LeadStatus::Sql).await,
            team.lead(app, LeadStatus::Sql).await,
        );
        let [ann, bob] = [ann, bob].map(|lead| gid("Lead", lead.id));
        let said = json!({ "input": { "name": "Fair", "kind": "EVENT" } });
        let campaign = app.graphql(admin, create, said).await.data()["createCampaign"]["id"].clone();
        for lead in [&ann, &bob] {
            let said = json!({ "input": { "campaignId": campaign, "leadId": lead } });
            assert!(app.graphql(admin, add, said).await.data()["addCampaignMember"]["id"].is_string());
        }
        let document = "mutation ($input: ConvertLeadInput!) { convertLead(input: $input) { lead {
            memberships { totalCount } contact { id memberships { nodes { campaign { name } } } } } } }";
        let said = json!({ "input": { "id": ann, "reason": "nothing to sell yet" } });
        let answer = app.graphql(admin, document, said).await;
        let lead = answer.data()["convertLead"]["lead"].clone();
        let member = json!({ "nodes": [{ "campaign": { "name": "Fair" } }] });
        assert_eq!(lead["memberships"]["totalCount"], 0);
        assert_eq!(lead["contact"]["memberships"], member);
        // The same person once more: who is a member already stays one, and the other membership is the lead's.
        let contact = &lead["contact"]["id"];
        let said = json!({ "input": { "id": bob, "reason": "the same person", "contactId": contact } });
        let answer = app.graphql(admin, document, said).await;
        let lead = &answer.data()["convertLead"]["lead"];
        assert_eq!(lead["memberships"]["totalCount"], 1);
        assert_eq!(lead["contact"]["memberships"], member);
    })
    .await;
}

/// Has both sides agree on what an SQL is, and returns what was wrong with it.
pub(super) async fn agree(app: &TestApp, team: &Team, stage: &str, answers: Value) -> Vec<String> {
    let criteria = json!([{ "key": "web", "label": "From the web", "points": 50, "field": "source",
        "operator": "eq", "value": "WEB_FORM" }]);
    let propose = "mutation ($input: ProposeLeadDefinitionInput!) {
        proposeLeadDefinition(input: $input) { leadDefinition { id answers } } }";
    let said = json!({ "stage": stage, "criteria": criteria, "threshold": 50, "answers": answers });
    let manager = team.token(Role::MarketingManager);
    let answer = app
        .graphql(manager, propose, json!({ "input": said }))
        .await;
    if let Some(errors) = answer.body["errors"].as_array() {
        let fields = errors.iter().map(|it| &it["extensions"]["field"]);
        return fields.map(|it| it.as_str().unwrap().to_owned()).collect();
    }
    let made = &answer.data()["proposeLeadDefinition"]["leadDefinition"];
    assert_eq!(made["answers"], answers);
    let approve = "mutation ($id: ID!, $function: SigningFunction!) {
        approveLeadDefinition(id: $id, function: $function) { leadDefinition { id } } }";
    for (role, function) in [
        (Role::SalesManager, "SALES"),
        (Role::MarketingManager, "MARKETING"),
    ] {
        let said = json!({ "id": made["id"], "function": function });
        let signed = app.graphql(team.token(role), approve, said).await;
        assert!(signed.data()["approveLeadDefinition"].is_object());
    }
    Vec::new()
}

#[tokio::test]
async fn sales_says_what_the_definition_of_an_sql_has_it_find_out() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let rep = team.token(Role::SalesRep);
        let wrong = agree(app, &team, "MQL", json!(["need"])).await;
        assert_eq!(wrong, ["input.answers"]);
        let wrong = agree(app, &team, "SQL", json!(["need", "mood", "need"])).await;
        assert_eq!(wrong, ["input.answers.1", "input.answers.2"]);
        let id = gid("Lead", team.lead(app, LeadStatus::Working).await.id);
        let other = gid("Lead", team.lead(app, LeadStatus::Working).await.id);
        let said = json!({ "id": other });
        let answer = run(app, rep, "markSalesQualified", said).await;
        assert_eq!(answer.data()["markSalesQualified"]["lead"]["status"], "SQL");

        assert_eq!(
            agree(app, &team, "SQL", json!(["need", "budget"])).await,
            Vec::<String>::new()
        );
        let said = json!({ "id": id, "need": "fewer calls", "budget": "  ", "timing": "spring" });
        let answer = run(app, rep, "markSalesQualified", said).await;
        assert_eq!(
            problem(&answer),
            ("VALIDATION".to_owned(), "input.budget".to_owned())
        );
        let said = json!({ "id": id, "need": "fewer calls", "budget": "yes" });
        let answer = run(app, rep, "markSalesQualified", said).await;
        assert_eq!(answer.data()["markSalesQualified"]["lead"]["status"], "SQL");
    })
    .await;
}

#[tokio::test]
async fn sales_rates_leads_and_the_rating_can_be_told_by_campaign() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let rep = team.token(Role::SalesRep);
        let lead = gid("Lead", team.lead(app, LeadStatus::Disqualified).await.id);
        let rate = "mutation ($input: RateLeadInput!) { rateLead(input: $input) { lead {
            quality status transitions { totalCount } history { nodes { reason } } } } }";
        for (said, wrong) in [
            (json!({ "id": lead, "quality": 6, "reason": "splendid" }), "input.quality"),
            (json!({ "id": lead, "quality": 0, "reason": "awful" }), "input.quality"),
            (json!({ "id": lead, "quality": 4, "reason": " " }), "input.reason"),
        ] {
            let answer = app.graphql(rep, rate, json!({ "input": said })).await;
            assert_eq!(problem(&answer).1, wrong);
        }
        let said = json!({ "id": lead, "quality": 2, "reason": "a student" });
        let answer = app.graphql(rep, rate, json!({ "input": said })).await;
        let rated = json!({ "quality": 2, "status": "DISQUALIFIED", "transitions": { "totalCount": 0 },
            "history": { "nodes": [{ "reason": "a student" }] } });
        assert_eq!(answer.data()["rateLead"]["lead"], rated);
    })
    .await;
}
