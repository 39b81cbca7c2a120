//! Garbage, rightly signed: refused or ignored, never an error of ours.

use serde_json::{Value, json};

use crate::town::{PEER, Town};

/// How many mutated activities are posted.
const MANY: usize = 400;

/// A small generator: the same garbage each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % sides
    }
}

fn odd(dice: &mut Dice, page: &str) -> Value {
    match dice.roll(12) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!([]),
        4 => json!({}),
        5 => json!("x".repeat(3_000)),
        6 => json!([[[[{"id": page}]]]]),
        7 => json!({"id": page, "type": ["Note", 7], "content": {"a": 1}}),
        8 => json!(["https://a.test/f/mobilite", 7, null]),
        9 => json!("https://a.test/../%2e%2e/f/mobilite#x?y"),
        10 => json!({"id": format!("{PEER}/n/1"), "type": "Note", "inReplyTo": page, "content": "<p>\u{202e}x</p>"}),
        _ => json!(page),
    }
}

#[tokio::test]
async fn odd_fields_are_no_error_of_ours() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let page = town.app.address.consultation(&on.slug);
    let question = town.app.address.ballot(&on.slug);
    let verbs = [
        "Create",
        "Update",
        "Delete",
        "Undo",
        "Like",
        "Dislike",
        "Announce",
        "Follow",
        "Accept",
        "Reject",
        "Flag",
        "Block",
        "Lock",
        "Add",
        "Remove",
        "Move",
        "QuoteRequest",
        "PollVote",
        "EmojiReact",
        "Arrive",
    ];
    let fields =
        ["object", "target", "to", "cc", "content", "summary", "choice_text", "endTime", "instrument", "id", "actor"];
    let mut dice = Dice(7);
    for n in 0..MANY {
        let verb = verbs[dice.roll(verbs.len())];
        let mut sent = json!({
            "id": format!("{PEER}/odd/{n}"), "type": verb, "actor": ana.id,
            "object": {"id": format!("{PEER}/n/{n}"), "type": "Note", "attributedTo": ana.id, "inReplyTo": question, "name": "Pour"},
        });
        for _ in 0..=dice.roll(3) {
            let value = odd(&mut dice, &page);
            match dice.roll(2) {
                0 => sent[fields[dice.roll(fields.len())]] = value,
                _ if sent["object"].is_object() => {
                    let inner = [
                        "id",
                        "type",
                        "name",
                        "content",
                        "inReplyTo",
                        "attributedTo",
                        "published",
                        "tag",
                        "contentMap",
                    ];
                    sent["object"][inner[dice.roll(inner.len())]] = value;
                }
                _ => {}
            }
        }
        let (status, code) = town.posts(&ana, "/inbox", sent.to_string().as_bytes()).await;
        assert!(matches!(status.as_u16(), 202 | 400 | 401), "{status} {code}: {sent}");
        assert!(status == 202 || !code.is_empty());
    }
    let counted: i64 = town.world.tally(&on).await.0.values().map(|tier| tier.voters).sum();
    assert!(counted <= 1, "one voter has one ballot, whatever was sent");
    town.works().await;
    town.peer.takes();
}
