//! Answering a ballot that came in our own form: a receipt, or the reason why it does not count. It goes to the voter alone.

use model::count::ballot::Verdict;
use model::count::log;
use model::count::pseudonym::Person;
use model::count::receipt::{self, Sealing};
use model::debate::consultation::{self, Consultation};
use model::error::{Error, Result};
use model::id::Id;
use model::network::relocation;
use model::people::actor::{self, Actor};
use model::store::Tx;

use super::send_once;
use crate::app::App;
use crate::objects::Published;
use crate::objects::actor::mark;
use crate::objects::words::Say;
use crate::wire::activity::preserved;
use crate::wire::ballot::Answered;
use crate::wire::{self, Activity, context};

/// The id of a forum's answer to a ballot: one for each Create, so that one sent again is answered the same.
pub(crate) fn answer_id(forum: &str, create: &str) -> String {
    format!("{forum}#answers/{}", mark(create))
}

/// Sends `Accept`, with the receipt of a ballot that counts, or `Reject` with the reason.
pub(super) async fn answer(
    app: &App,
    tx: &mut Tx,
    on: Id<Consultation>,
    voter: Id<Actor>,
    create: &str,
    verdict: &Verdict,
) -> Result<()> {
    let sent: Activity = wire::parse(create.as_bytes()).and_then(wire::typed).map_err(Error::store)?;
    let on = consultation::by_id(tx, on).await?;
    let it = Published::of(tx, on).await?;
    let voter = actor::by_id(tx, voter).await?;
    let (Some(to), Some(inbox)) = (voter.uri.clone(), voter.inbox.clone()) else {
        return Err(Error::NotFound);
    };
    let (forum, now) = (it.forum_id(&app.address), app.now());
    let (mut result, mut says, mut code) = (None, None, None);
    let accepts = !matches!(verdict, Verdict::Refused(_));
    match verdict {
        Verdict::Counted(counted) => {
            let signer = log::signer(tx, now, &app.address).await?;
            let by = Sealing { signer: &signer, here: &app.address };
            let id = relocation::voter(tx, it.consultation.id, &voter).await?;
            let person = Person { id, ..(&voter).into() };
            let sealed = receipt::on_the_wire(tx, &it.consultation, person, counted, now, &by);
            result = Some(sealed.await?);
        }
        Verdict::Withdrawn => {}
        Verdict::Refused(why) => {
            says = Some(Say::of_refusal(why).in_language(&it.consultation.language));
            code = Some(why.as_str());
        }
    }
    let id = answer_id(&forum, sent.id.as_str());
    let answered = Answered {
        context: context::object(),
        id: &id,
        kind: if accepts { "Accept" } else { "Reject" },
        actor: &forum,
        to: [&to],
        object: preserved(create).map_err(Error::store)?,
        result,
        summary: says,
        code,
        published: now.to_string(),
    };
    let body = serde_json::to_string(&answered).map_err(Error::store)?;
    send_once(tx, now, it.group.id, &id, &body, &[inbox]).await
}
