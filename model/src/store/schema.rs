//! The tables, described once for both databases.

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    settings (key) {
        key -> Text,
        value -> DbJson,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    actors (id) {
        id -> DbUuid,
        kind -> Text,
        name -> Text,
        host -> Nullable<Text>,
        uri -> Nullable<Text>,
        display_name -> Text,
        summary -> Text,
        url -> Nullable<Text>,
        inbox -> Nullable<Text>,
        shared_inbox -> Nullable<Text>,
        document -> Nullable<DbJson>,
        published_at -> Nullable<DbTime>,
        fetched_at -> Nullable<DbTime>,
        suspended_at -> Nullable<DbTime>,
        deleted_at -> Nullable<DbTime>,
        created_at -> DbTime,
        votes_as -> Nullable<DbUuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    #[allow(missing_docs)]
    logos (hash) {
        hash -> Text,
        format -> Text,
        octets -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    portraits (actor_id) {
        actor_id -> DbUuid,
        source -> Text,
        hash -> Nullable<Text>,
        format -> Nullable<Text>,
        octets -> Nullable<Binary>,
        asked_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    registrations (host) {
        host -> Text,
        redirect -> Text,
        client_id -> Text,
        client_secret -> Text,
        created_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    names (name) {
        name -> Text,
        actor_id -> DbUuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    keys (id) {
        id -> DbUuid,
        actor_id -> DbUuid,
        algorithm -> Text,
        uri -> Nullable<Text>,
        public_key -> Text,
        private_key -> Nullable<Binary>,
        created_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    accounts (id) {
        id -> DbUuid,
        actor_id -> DbUuid,
        name -> Text,
        email -> Nullable<Text>,
        password_hash -> Nullable<Text>,
        role -> Text,
        official -> Bool,
        language -> Text,
        confirmed_at -> Nullable<DbTime>,
        disabled_at -> Nullable<DbTime>,
        federation_notice_at -> Nullable<DbTime>,
        created_at -> DbTime,
        waiting_since -> Nullable<DbTime>,
        tier -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    sessions (hash) {
        hash -> Text,
        account_id -> Nullable<DbUuid>,
        data -> DbJson,
        expires_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    tokens (id) {
        id -> DbUuid,
        account_id -> DbUuid,
        hash -> Text,
        created_at -> DbTime,
        expires_at -> Nullable<DbTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    links (hash) {
        hash -> Text,
        purpose -> Text,
        account_id -> Nullable<DbUuid>,
        detail -> DbJson,
        created_at -> DbTime,
        expires_at -> DbTime,
        used_at -> Nullable<DbTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    forums (id) {
        id -> DbUuid,
        actor_id -> DbUuid,
        official_id -> Nullable<DbUuid>,
        slug -> Text,
        title -> Text,
        summary -> Text,
        visibility -> Text,
        language -> Text,
        created_at -> DbTime,
        updated_at -> Nullable<DbTime>,
        minimum_days -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    memberships (forum_id, account_id) {
        forum_id -> DbUuid,
        account_id -> DbUuid,
        role -> Text,
        created_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    consultations (id) {
        id -> DbUuid,
        forum_id -> DbUuid,
        author_id -> DbUuid,
        created_by -> Nullable<DbUuid>,
        slug -> Text,
        title -> Text,
        summary -> Text,
        brief -> DbJson,
        method -> DbJson,
        electorate -> DbJson,
        results -> Text,
        changeable -> Bool,
        language -> Text,
        tags -> DbJson,
        text_version -> Integer,
        state -> Text,
        opens_at -> Nullable<DbTime>,
        closes_at -> Nullable<DbTime>,
        answer_by -> Nullable<DbTime>,
        created_at -> DbTime,
        published_at -> Nullable<DbTime>,
        opened_at -> Nullable<DbTime>,
        closed_at -> Nullable<DbTime>,
        edited_at -> Nullable<DbTime>,
        locked_at -> Nullable<DbTime>,
        example -> Bool,
        source -> Nullable<DbJson>,
        comment_count -> Integer,
        version -> BigInt,
        ballots -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    texts (consultation_id, version) {
        consultation_id -> DbUuid,
        version -> Integer,
        markdown -> Text,
        html -> Text,
        sha256 -> Text,
        created_at -> DbTime,
        articles -> DbJson,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    changes (id) {
        id -> DbUuid,
        consultation_id -> DbUuid,
        kind -> Text,
        reason -> Text,
        detail -> DbJson,
        at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    outcomes (consultation_id) {
        consultation_id -> DbUuid,
        decision -> Text,
        markdown -> Text,
        html -> Text,
        answers -> DbJson,
        next_at -> Nullable<DbTime>,
        next_step -> Text,
        comment_id -> Nullable<DbUuid>,
        published_at -> DbTime,
        updated_at -> Nullable<DbTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    ballots (id) {
        id -> DbUuid,
        consultation_id -> DbUuid,
        actor_id -> DbUuid,
        tier -> Text,
        choice -> DbJson,
        revision -> Integer,
        text_version -> Integer,
        withdrawn -> Bool,
        published_at -> Nullable<DbTime>,
        cast_at -> DbTime,
        changed_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    ballot_sources (uri) {
        uri -> Text,
        ballot_id -> DbUuid,
        choice -> DbJson,
        at -> DbTime,
        assurance -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    ballot_events (id) {
        id -> DbUuid,
        consultation_id -> DbUuid,
        ballot_id -> DbUuid,
        revision -> Integer,
        kind -> Text,
        tier -> Text,
        choice -> DbJson,
        text_version -> Integer,
        at -> DbTime,
        seq -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    tallies (consultation_id) {
        consultation_id -> DbUuid,
        size -> BigInt,
        counts -> DbJson,
        at -> DbTime,
        sent_at -> Nullable<DbTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    refused_ballots (id) {
        id -> DbUuid,
        consultation_id -> DbUuid,
        actor_id -> DbUuid,
        uri -> Text,
        code -> Text,
        at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    comments (id) {
        id -> DbUuid,
        consultation_id -> DbUuid,
        actor_id -> DbUuid,
        parent_id -> Nullable<DbUuid>,
        uri -> Nullable<Text>,
        url -> Nullable<Text>,
        markdown -> Text,
        html -> Text,
        language -> Nullable<Text>,
        stance -> Nullable<Text>,
        state -> Text,
        reason -> Nullable<Text>,
        official -> Bool,
        agrees -> Integer,
        disagrees -> Integer,
        passes -> Integer,
        source -> Nullable<DbJson>,
        published_at -> DbTime,
        updated_at -> Nullable<DbTime>,
        received_at -> DbTime,
        article -> Nullable<Text>,
        replies -> Integer,
        agreement -> Integer,
        division -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    comment_versions (comment_id, version) {
        comment_id -> DbUuid,
        version -> Integer,
        markdown -> Text,
        html -> Text,
        written_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    reactions (comment_id, actor_id) {
        comment_id -> DbUuid,
        actor_id -> DbUuid,
        value -> Integer,
        uri -> Nullable<Text>,
        at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    interests (consultation_id, actor_id, kind) {
        consultation_id -> DbUuid,
        actor_id -> DbUuid,
        kind -> Text,
        uri -> Text,
        at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    follows (id) {
        id -> DbUuid,
        follower_id -> DbUuid,
        target_id -> DbUuid,
        uri -> Text,
        state -> Text,
        created_at -> DbTime,
        answered_at -> Nullable<DbTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    peers (host) {
        host -> Text,
        policy -> Text,
        created_at -> DbTime,
        reject_media -> Bool,
        reject_reports -> Bool,
        obfuscate -> Bool,
        public_comment -> Text,
        private_comment -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    dialects (host) {
        host -> Text,
        dialect -> Text,
        learned_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    seen_activities (uri) {
        uri -> Text,
        code -> Nullable<Text>,
        at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    activities (id) {
        id -> DbUuid,
        actor_id -> DbUuid,
        uri -> Text,
        body -> Text,
        digest -> Text,
        created_at -> DbTime,
        object -> Nullable<Text>,
        erases -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    deliveries (id) {
        id -> DbUuid,
        host -> Text,
        activity_id -> DbUuid,
        inbox -> Text,
        tried -> Bool,
        created_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    lanes (host) {
        host -> Text,
        due_at -> Nullable<DbTime>,
        attempts -> Integer,
        failing_since -> Nullable<DbTime>,
        last_success_at -> Nullable<DbTime>,
        last_failure_at -> Nullable<DbTime>,
        errors -> DbJson,
        lease -> Nullable<DbUuid>,
        leased_until -> Nullable<DbTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    copies (object, host) {
        object -> Text,
        host -> Text,
        inbox -> Text,
        delivered_at -> Nullable<DbTime>,
        erasure -> Nullable<Text>,
        erasure_at -> Nullable<DbTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    mirrors (id) {
        id -> DbUuid,
        uri -> Text,
        kind -> Text,
        host -> Text,
        slug -> Nullable<Text>,
        group_id -> Nullable<DbUuid>,
        author_id -> Nullable<DbUuid>,
        root_uri -> Nullable<Text>,
        parent_uri -> Nullable<Text>,
        title -> Text,
        summary -> Text,
        html -> Text,
        language -> Nullable<Text>,
        document -> DbJson,
        published_at -> DbTime,
        updated_at -> Nullable<DbTime>,
        received_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    jobs (id) {
        id -> DbUuid,
        payload -> DbJson,
        lane -> Nullable<Text>,
        dedup -> Nullable<Text>,
        run_at -> DbTime,
        attempts -> Integer,
        lease -> Nullable<DbUuid>,
        leased_until -> Nullable<DbTime>,
        buried_at -> Nullable<DbTime>,
        last_error -> Nullable<Text>,
        created_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    mails (id) {
        id -> DbUuid,
        recipient -> Text,
        subject -> Text,
        body -> Text,
        html -> Nullable<Text>,
        state -> Text,
        created_at -> DbTime,
        sent_at -> Nullable<DbTime>,
        unsubscribe -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    subscriptions (account_id, subject_id) {
        account_id -> DbUuid,
        subject_id -> DbUuid,
        kind -> Text,
        created_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    mail_preferences (account_id) {
        account_id -> DbUuid,
        rhythm -> Text,
        replies -> Bool,
        receipts -> Bool,
        secret -> Text,
        digest_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    notices (id) {
        id -> DbUuid,
        account_id -> DbUuid,
        kind -> Text,
        mark -> Text,
        consultation_id -> DbUuid,
        comment_id -> Nullable<DbUuid>,
        created_at -> DbTime,
        read_at -> Nullable<DbTime>,
        mailed_at -> Nullable<DbTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    closing_calls (consultation_id, closes_at) {
        consultation_id -> DbUuid,
        closes_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    audit (id) {
        id -> DbUuid,
        at -> DbTime,
        account_id -> Nullable<DbUuid>,
        act -> Text,
        subject -> Text,
        on_behalf_of -> Nullable<DbUuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    answers (account_id, key) {
        account_id -> DbUuid,
        key -> Text,
        request -> Text,
        status -> Integer,
        body -> Text,
        at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    ballot_logs (consultation_id) {
        consultation_id -> DbUuid,
        size -> BigInt,
        root -> Text,
        checkpoint -> Text,
        entries -> Binary,
        hashes -> Binary,
        at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    log_tiles (consultation_id, level, n) {
        consultation_id -> DbUuid,
        level -> Integer,
        n -> BigInt,
        data -> Binary,
        octets -> Nullable<Integer>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    final_results (consultation_id) {
        consultation_id -> DbUuid,
        size -> BigInt,
        document -> Text,
        at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    count_checks (consultation_id) {
        consultation_id -> DbUuid,
        at -> DbTime,
        size -> BigInt,
        holds -> Bool,
        detail -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    ballot_removals (event_id) {
        event_id -> DbUuid,
        account_id -> Nullable<DbUuid>,
        reason -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    search_documents (number) {
        number -> BigInt,
        kind -> Text,
        subject_id -> DbUuid,
        forum_id -> Nullable<DbUuid>,
        stems -> Text,
        mirror_id -> Nullable<DbUuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    media (hash) {
        hash -> Text,
        format -> Text,
        width -> Nullable<Integer>,
        height -> Nullable<Integer>,
        size -> Integer,
        octets -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    attachments (id) {
        id -> DbUuid,
        consultation_id -> DbUuid,
        kind -> Text,
        title -> Text,
        hash -> Nullable<Text>,
        url -> Nullable<Text>,
        created_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    forum_attributes (forum_id, name) {
        forum_id -> DbUuid,
        name -> Text,
        position -> Integer,
        label -> Text,
        kind -> Text,
        options -> DbJson,
        required -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    consultation_attributes (consultation_id) {
        consultation_id -> DbUuid,
        given -> DbJson,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    open_votes (consultation_id, source) {
        consultation_id -> DbUuid,
        source -> Text,
        voters -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    locks (consultation_id) {
        consultation_id -> DbUuid,
        account_id -> Nullable<DbUuid>,
        reason -> Text,
        at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    pins (consultation_id) {
        consultation_id -> DbUuid,
        forum_id -> DbUuid,
        at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    bans (id) {
        id -> DbUuid,
        forum_id -> DbUuid,
        actor_id -> DbUuid,
        account_id -> Nullable<DbUuid>,
        reason -> Text,
        removes -> Bool,
        at -> DbTime,
        until -> Nullable<DbTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    reports (id) {
        id -> DbUuid,
        uri -> Nullable<Text>,
        target -> Text,
        forum_id -> Nullable<DbUuid>,
        consultation_id -> Nullable<DbUuid>,
        comment_id -> Nullable<DbUuid>,
        reporter_id -> Nullable<DbUuid>,
        reason -> Text,
        text -> Text,
        state -> Text,
        verdict -> Nullable<Text>,
        decided_by -> Nullable<DbUuid>,
        decided_at -> Nullable<DbTime>,
        created_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    quotes (id) {
        id -> DbUuid,
        target -> Text,
        instrument -> Text,
        actor_id -> DbUuid,
        at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    actor_moves (from_id) {
        from_id -> DbUuid,
        to_id -> DbUuid,
        at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    blocks (actor_id, target_id) {
        actor_id -> DbUuid,
        target_id -> DbUuid,
        uri -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    mirror_marks (uri) {
        uri -> Text,
        locked -> Bool,
        pinned -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    announces (object) {
        object -> Text,
        uri -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    home_ballots (id) {
        id -> DbUuid,
        actor_id -> DbUuid,
        page -> Text,
        host -> Text,
        choice -> DbJson,
        takes_back -> Nullable<DbUuid>,
        assurance -> Text,
        text_hash -> Nullable<Text>,
        answer -> Text,
        code -> Nullable<Text>,
        receipt -> Nullable<Text>,
        signed_at -> Nullable<DbTime>,
        entry -> Nullable<BigInt>,
        path -> DbJson,
        checkpoint -> Nullable<Text>,
        fault -> Nullable<Text>,
        sent_at -> DbTime,
        answered_at -> Nullable<DbTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    home_notes (id) {
        id -> DbUuid,
        actor_id -> DbUuid,
        page -> Text,
        host -> Text,
        answered -> Text,
        markdown -> Text,
        html -> Text,
        language -> Text,
        state -> Text,
        reason -> Nullable<Text>,
        published_at -> DbTime,
        updated_at -> Nullable<DbTime>,
        shown_at -> Nullable<DbTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    home_opinions (actor_id, object) {
        actor_id -> DbUuid,
        object -> Text,
        value -> Integer,
        activity -> Text,
        at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    mirror_tallies (page) {
        page -> Text,
        document -> Text,
        key -> Text,
        checkpoint -> Text,
        size -> BigInt,
        verified_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    mirror_faults (page) {
        page -> Text,
        failed -> Text,
        detail -> Text,
        at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    mirror_versions (page, version) {
        page -> Text,
        version -> Integer,
        title -> Text,
        html -> Text,
        replaced_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    partner_terms (host) {
        host -> Text,
        admits -> DbJson,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    pages (name, language) {
        name -> Text,
        language -> Text,
        markdown -> Text,
        html -> Text,
        account_id -> Nullable<DbUuid>,
        updated_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    decisions (id) {
        id -> DbUuid,
        act -> Text,
        forum_id -> Nullable<DbUuid>,
        comment_id -> Nullable<DbUuid>,
        report_id -> Nullable<DbUuid>,
        actor_id -> Nullable<DbUuid>,
        host -> Nullable<Text>,
        reason -> Text,
        account_id -> Nullable<DbUuid>,
        at -> DbTime,
        undone_at -> Nullable<DbTime>,
        appeal -> Nullable<Text>,
        appealed_at -> Nullable<DbTime>,
        answer -> Nullable<Text>,
        answered_by -> Nullable<DbUuid>,
        answered_at -> Nullable<DbTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    premoderated (forum_id) {
        forum_id -> DbUuid,
        since -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    held_comments (id) {
        id -> DbUuid,
        forum_id -> DbUuid,
        consultation_id -> DbUuid,
        actor_id -> DbUuid,
        parent_id -> Nullable<DbUuid>,
        uri -> Nullable<Text>,
        url -> Nullable<Text>,
        markdown -> Text,
        html -> Text,
        language -> Nullable<Text>,
        stance -> Nullable<Text>,
        article -> Nullable<Text>,
        activity -> Nullable<Text>,
        published_at -> DbTime,
        received_at -> DbTime,
        updated_at -> Nullable<DbTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    expulsions (group_id, actor_id) {
        group_id -> DbUuid,
        actor_id -> DbUuid,
        reason -> Text,
        until -> Nullable<DbTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    mirror_ends (mirror_id) {
        mirror_id -> DbUuid,
        how -> Text,
        reason -> Nullable<Text>,
        at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    mirror_checks (page) {
        page -> Text,
        next_at -> DbTime,
        failed_at -> Nullable<DbTime>,
        restored -> Bool,
        detail -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    erasures (object) {
        object -> Text,
        inbox -> Text,
        at -> DbTime,
        told -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    onward_copies (object, host) {
        object -> Text,
        host -> Text,
        via -> Nullable<Text>,
        erasure -> Text,
        at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    announcers (consultation_id, actor_id) {
        consultation_id -> DbUuid,
        actor_id -> DbUuid,
        objects -> Integer,
        since -> DbTime,
        at -> DbTime,
    }
}

diesel::joinable!(held_comments -> actors (actor_id));
diesel::joinable!(held_comments -> consultations (consultation_id));
diesel::joinable!(attachments -> media (hash));
diesel::joinable!(bans -> actors (actor_id));
diesel::joinable!(pins -> consultations (consultation_id));
diesel::joinable!(names -> actors (actor_id));
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    admissions (id) {
        id -> DbUuid,
        forum_id -> DbUuid,
        account_id -> Nullable<DbUuid>,
        email -> Nullable<Text>,
        state -> Text,
        role -> Text,
        secret -> Nullable<Text>,
        created_at -> DbTime,
        expires_at -> Nullable<DbTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    elector_lists (id) {
        id -> DbUuid,
        forum_id -> DbUuid,
        name -> Text,
        kind -> Text,
        size -> Integer,
        created_at -> DbTime,
        updated_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    electors (list_id, hash) {
        list_id -> DbUuid,
        hash -> Text,
        account_id -> Nullable<DbUuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    codes (id) {
        id -> DbUuid,
        consultation_id -> DbUuid,
        hash -> Text,
        created_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    identities (id) {
        id -> DbUuid,
        account_id -> DbUuid,
        provider -> Text,
        issuer -> Text,
        subject -> Text,
        tier -> Text,
        lists -> DbJson,
        identifier -> Nullable<Text>,
        created_at -> DbTime,
        seen_at -> DbTime,
        ended_at -> Nullable<DbTime>,
    }
}

diesel::joinable!(keys -> actors (actor_id));
diesel::joinable!(portraits -> actors (actor_id));
diesel::joinable!(accounts -> actors (actor_id));
diesel::joinable!(sessions -> accounts (account_id));
diesel::joinable!(tokens -> accounts (account_id));
diesel::joinable!(links -> accounts (account_id));
diesel::joinable!(memberships -> forums (forum_id));
diesel::joinable!(memberships -> accounts (account_id));
diesel::joinable!(consultations -> forums (forum_id));
diesel::joinable!(consultations -> actors (author_id));
diesel::joinable!(consultations -> accounts (created_by));
diesel::joinable!(texts -> consultations (consultation_id));
diesel::joinable!(changes -> consultations (consultation_id));
diesel::joinable!(outcomes -> consultations (consultation_id));
diesel::joinable!(ballots -> consultations (consultation_id));
diesel::joinable!(ballots -> actors (actor_id));
diesel::joinable!(ballot_sources -> ballots (ballot_id));
diesel::joinable!(ballot_events -> consultations (consultation_id));
diesel::joinable!(ballot_events -> ballots (ballot_id));
diesel::joinable!(tallies -> consultations (consultation_id));
diesel::joinable!(refused_ballots -> consultations (consultation_id));
diesel::joinable!(refused_ballots -> actors (actor_id));
diesel::joinable!(comments -> consultations (consultation_id));
diesel::joinable!(comments -> actors (actor_id));
diesel::joinable!(comment_versions -> comments (comment_id));
diesel::joinable!(reactions -> comments (comment_id));
diesel::joinable!(reactions -> actors (actor_id));
diesel::joinable!(interests -> consultations (consultation_id));
diesel::joinable!(interests -> actors (actor_id));
diesel::joinable!(activities -> actors (actor_id));
diesel::joinable!(deliveries -> activities (activity_id));
diesel::joinable!(audit -> accounts (account_id));
diesel::joinable!(audit -> actors (on_behalf_of));
diesel::joinable!(answers -> accounts (account_id));
diesel::joinable!(admissions -> forums (forum_id));
diesel::joinable!(admissions -> accounts (account_id));
diesel::joinable!(elector_lists -> forums (forum_id));
diesel::joinable!(electors -> elector_lists (list_id));
diesel::joinable!(codes -> consultations (consultation_id));
diesel::joinable!(identities -> accounts (account_id));
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    relays (id) {
        id -> DbUuid,
        forum_id -> DbUuid,
        source_id -> DbUuid,
        rule -> Text,
        tags -> DbJson,
        comments -> Bool,
        roots -> Integer,
        answers -> Integer,
        created_at -> DbTime,
        last_at -> Nullable<DbTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    carried (forum_id, object) {
        forum_id -> DbUuid,
        object -> Text,
        relay_id -> Nullable<DbUuid>,
        announce -> Text,
        at -> DbTime,
        gone_at -> Nullable<DbTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    departed (uri) {
        uri -> Text,
        at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    consents (forum_id) {
        forum_id -> DbUuid,
        asks -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    proposals (id) {
        id -> DbUuid,
        uri -> Text,
        kind -> Text,
        ours -> Bool,
        actor_id -> DbUuid,
        peer_id -> DbUuid,
        object -> Text,
        title -> Text,
        state -> Text,
        created_at -> DbTime,
        answered_at -> Nullable<DbTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    relay_servers (id) {
        id -> DbUuid,
        direction -> Text,
        style -> Text,
        state -> Text,
        host -> Text,
        uri -> Text,
        inbox -> Text,
        follow -> Text,
        actor_id -> Nullable<DbUuid>,
        handed -> Integer,
        created_at -> DbTime,
        answered_at -> Nullable<DbTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    relayed (object) {
        object -> Text,
        at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    witnesses (id) {
        id -> DbUuid,
        role -> Text,
        actor_id -> DbUuid,
        host -> Text,
        since -> DbTime,
        last_at -> Nullable<DbTime>,
        failure -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    witnessed (origin) {
        origin -> Text,
        host -> Text,
        size -> BigInt,
        root -> Text,
        checkpoint -> Text,
        at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    cosignatures (consultation_id, size, name) {
        consultation_id -> DbUuid,
        size -> BigInt,
        name -> Text,
        checkpoint -> Text,
        line -> Text,
        at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    forks (id) {
        id -> DbUuid,
        origin -> Text,
        host -> Text,
        earlier -> Text,
        later -> Text,
        brought_by -> Text,
        found_at -> DbTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    mirror_terms (uri) {
        uri -> Text,
        retain_until -> Nullable<DbTime>,
        license -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    works (kind, subject) {
        kind -> Text,
        subject -> Text,
        done -> BigInt,
        total -> BigInt,
        started_at -> DbTime,
        updated_at -> DbTime,
        ended_at -> Nullable<DbTime>,
        failed -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::*;
    #[allow(missing_docs)]
    readings (id) {
        id -> DbUuid,
        forum_id -> DbUuid,
        received_at -> DbTime,
        decided_at -> DbTime,
    }
}

diesel::joinable!(subscriptions -> accounts (account_id));
diesel::joinable!(mail_preferences -> accounts (account_id));
diesel::joinable!(notices -> accounts (account_id));
diesel::allow_tables_to_appear_in_same_query!(
    mirror_ends,
    mirror_checks,
    erasures,
    onward_copies,
    announcers,
    settings,
    actors,
    logos,
    portraits,
    registrations,
    names,
    keys,
    accounts,
    sessions,
    tokens,
    links,
    forums,
    memberships,
    consultations,
    texts,
    changes,
    outcomes,
    ballots,
    ballot_sources,
    ballot_events,
    tallies,
    ballot_logs,
    log_tiles,
    final_results,
    count_checks,
    ballot_removals,
    refused_ballots,
    comments,
    comment_versions,
    search_documents,
    media,
    attachments,
    forum_attributes,
    consultation_attributes,
    reactions,
    interests,
    follows,
    peers,
    dialects,
    seen_activities,
    activities,
    deliveries,
    lanes,
    copies,
    mirrors,
    jobs,
    mails,
    subscriptions,
    mail_preferences,
    notices,
    closing_calls,
    audit,
    answers,
    admissions,
    elector_lists,
    electors,
    codes,
    identities,
    open_votes,
    locks,
    pins,
    bans,
    reports,
    quotes,
    actor_moves,
    blocks,
    expulsions,
    mirror_marks,
    announces,
    relays,
    carried,
    departed,
    consents,
    proposals,
    relay_servers,
    relayed,
    witnesses,
    witnessed,
    cosignatures,
    forks,
    mirror_terms,
    home_ballots,
    home_notes,
    home_opinions,
    mirror_tallies,
    mirror_faults,
    mirror_versions,
    partner_terms,
    pages,
    decisions,
    premoderated,
    held_comments,
    works,
    readings,
);
