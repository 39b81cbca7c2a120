use super::*;
use crate::error::Error;

fn method(json: Value) -> Method {
    Method::asked(json).unwrap().check().unwrap()
}

fn poll(multiple: bool) -> Method {
    method(json!({"kind": "poll", "options": ["Été", "Winter", "Autumn"], "multiple": multiple, "max": 2}))
}

fn words(w: &[&str]) -> Vec<String> {
    w.iter().map(|w| (*w).to_owned()).collect()
}

fn refused<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    match result {
        Err(Error::Refused(refusal)) => refusal.code(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_choice_is_matched_as_a_label_then_as_an_id() {
    assert_eq!(poll(false).admit("fr", &words(&["E\u{301}te\u{301} "])).unwrap(), ["o1"]);
    assert_eq!(poll(true).admit("fr", &words(&["o3", "Winter"])).unwrap(), ["o2", "o3"]);
    assert_eq!(refused(poll(false).admit("fr", &words(&["o1", "o2"]))), "too-many-choices");
    assert_eq!(refused(poll(true).admit("fr", &words(&["o1", "o1"]))), "repeated-choice");
    assert_eq!(refused(poll(true).admit("fr", &words(&["o1", "o2", "o3"]))), "too-many-choices");
    assert_eq!(refused(poll(true).admit("fr", &words(&["o9"]))), "unknown-choice");
    assert_eq!(refused(poll(true).admit("fr", &[])), "nothing-chosen");
    assert_eq!(refused(method(json!({"kind": "none"})).admit("fr", &words(&["for"]))), "wrong-method");
}

#[test]
fn a_vote_knows_its_choices_in_the_consultations_language() {
    let vote = method(json!({"kind": "vote"})).fixed("fr", &[]);
    assert_eq!(vote.admit("fr", &["Pour".into()]).unwrap(), ["for"]);
    assert_eq!(vote.admit("fr", &["against".into()]).unwrap(), ["against"]);
    assert!(vote.is_question());
    assert_eq!(vote.told().unwrap(), json!({"kind": "vote"}));
}

#[test]
fn an_option_labelled_like_an_id_is_refused() {
    for kind in ["poll", "ranking"] {
        let method = Method::asked(json!({"kind": kind, "options": ["A", "o1"]})).unwrap();
        assert_eq!(refused(method.check()), "ambiguous-option");
    }
}

#[test]
fn options_keep_their_ids_when_they_are_moved() {
    for kind in ["poll", "ranking"] {
        let before = method(json!({"kind": kind, "options": ["A", "B", "C"]}));
        let wanted = Method::asked(json!({"kind": kind, "options": ["D", "C", {"id": "o1", "label": "Z"}]})).unwrap();
        let after = wanted.check_change(&before).unwrap().choices("en");
        let ids: Vec<(&str, &str)> = after.iter().map(|c| (c.id.as_str(), c.label.as_str())).collect();
        assert_eq!(ids, [("o2", "D"), ("o3", "C"), ("o1", "Z")]);
    }
}

#[test]
fn a_scale_has_one_choice_for_each_step() {
    let scale = method(json!({"kind": "scale", "min": -10, "max": 10, "step": 5}));
    let ids: Vec<String> = scale.choices("fr").into_iter().map(|c| c.id).collect();
    assert_eq!(ids, ["-10", "-5", "0", "5", "10"]);
    assert_eq!(scale.admit("fr", &words(&["-5"])).unwrap(), ["-5"]);
    assert_eq!(refused(scale.admit("fr", &words(&["3"]))), "unknown-choice");
    assert_eq!(refused(scale.admit("fr", &words(&["0", "5"]))), "too-many-choices");
    for wrong in [
        json!({"min": 1, "max": 1, "step": 1}),
        json!({"min": 0, "max": 10, "step": 3}),
        json!({"min": 0, "max": 101, "step": 1}),
        json!({"min": 0, "max": 10, "step": 0}),
        json!({"min": i64::MIN, "max": i64::MAX, "step": 1}),
    ] {
        let mut wanted = wrong.clone();
        wanted["kind"] = "scale".into();
        assert_eq!(refused(Method::asked(wanted).unwrap().check()), "invalid", "{wrong}");
    }
}

#[test]
fn a_ranking_keeps_the_voters_order_and_may_be_partial() {
    let ranking = method(json!({"kind": "ranking", "options": ["A", "B", "C"]}));
    assert_eq!(ranking.admit("fr", &words(&["C", "o1"])).unwrap(), ["o3", "o1"]);
    assert_eq!(refused(ranking.admit("fr", &words(&["C", "o3"]))), "repeated-choice");
    assert_eq!(ranking.counted(&words(&["o3", "o1", "o2"])), ["o3", "3>1", "1+3>2"]);
    assert!(!ranking.is_question());
}

#[test]
fn a_ballot_names_each_article_at_most_once() {
    let article = |n: u8| Article { anchor: format!("a{n}"), heading: format!("Article {n}"), level: 2 };
    let articles = method(json!({"kind": "articles"})).fixed("fr", &[article(1), article(2)]);
    assert_eq!(articles.choices("fr").len(), 6);
    assert_eq!(
        articles.admit("fr", &words(&["a2:against", "Article 1 \u{2013} Pour"])).unwrap(),
        ["a1:for", "a2:against"]
    );
    assert_eq!(refused(articles.admit("fr", &words(&["a1:for", "a1:against"]))), "repeated-choice");
    assert_eq!(refused(articles.admit("fr", &words(&["a3:for"]))), "unknown-choice");
}

#[test]
fn a_goal_is_reached_or_not_and_a_promise_needs_one() {
    let support = method(json!({"kind": "support", "goal": 2, "promise": " The council debates it. "}));
    let mut count = Count::default();
    let choices = support.choices("en");
    assert_eq!(support.outcome(&choices, &count).reached, Some(false));
    count.choices.insert("support".into(), 2);
    assert_eq!(support.outcome(&choices, &count).reached, Some(true));
    let Method::Support(kept) = &support else { panic!("support") };
    assert_eq!(kept.promise.as_deref(), Some("The council debates it."));
    assert_eq!(refused(Method::asked(json!({"kind": "support", "promise": "Soon"})).unwrap().check()), "invalid");
}

#[test]
fn what_publishing_fixes_is_not_asked_for() {
    for kind in ["vote", "articles"] {
        assert!(Method::asked(json!({"kind": kind, "choices": []})).is_err());
    }
    assert!(Method::asked(json!({"kind": "none", "colour": "red"})).is_err());
    assert!(Method::asked(json!({"kind": "lottery"})).is_err());
    assert_eq!(Method::KINDS.len(), Method::fields().len());
}
