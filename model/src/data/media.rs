//! Files that people give: pictures, written anew so that nothing rides along, and PDF documents.
//!
//! They are kept in the database by the hash of their octets: what they belong to is written in the same transaction, a
//! backup holds them, and every process of a node sees them.

mod picture;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sha2::{Digest, Sha256};

use crate::debate::attachment;
use crate::debate::consultation;
use crate::error::{Error, Refusal, Result};
use crate::people::account::Account;
use crate::store::schema::{attachments, media};
use crate::store::types::words;
use crate::store::{Conn, Tx, on};

/// The largest file that is taken, in octets.
pub const LARGEST: usize = 10 * 1024 * 1024;

words! {
    /// What a file is; nothing else is kept.
    pub enum Format {
        /// A photograph.
        Jpeg = "jpeg",
        /// A drawing, or a picture that can be seen through.
        Png = "png",
        /// A document.
        Pdf = "pdf",
    }
}

impl Format {
    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }

    /// How its name ends.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }

    /// Whether it is a picture.
    #[must_use]
    pub fn is_picture(self) -> bool {
        self != Self::Pdf
    }
}

/// A file as it is served.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = media)]
pub struct File {
    /// The SHA-256 of its octets, as hex.
    pub hash: String,
    /// What it is.
    pub format: Format,
    /// In pixels, if a picture.
    pub width: Option<i32>,
    /// In pixels, if a picture.
    pub height: Option<i32>,
    /// In octets.
    pub size: i32,
    /// Itself.
    pub octets: Vec<u8>,
}

impl File {
    /// Reads what somebody gave, whatever it was called: a picture is written anew, smaller if need be, the right way up and
    /// without anything that its maker put beside it (place, camera, name). This takes a while: not for an async thread.
    ///
    /// # Errors
    /// `unsupported-media`; `picture-too-large`, in pixels; `too-long`, in octets.
    pub fn read(given: Vec<u8>) -> Result<Self> {
        if given.len() > LARGEST {
            return Err(Refusal::TooLong.into());
        }
        if is_pdf(&given) {
            return Ok(Self::of(Format::Pdf, None, given));
        }
        picture::rewrite(&given, picture::GIVEN).map(Self::picture)
    }

    /// Reads the picture of somebody of another server: as [`File::read`], made small, and a picture alone.
    ///
    /// # Errors
    /// `unsupported-media`; `picture-too-large`, in pixels.
    pub fn portrait(given: &[u8]) -> Result<Self> {
        picture::rewrite(given, picture::PORTRAIT).map(Self::picture)
    }

    /// Reads the mark of an institution: as [`File::read`], small enough to stand at the head of a page, and a picture alone.
    ///
    /// # Errors
    /// `unsupported-media`; `picture-too-large`, in pixels.
    pub fn logo(given: &[u8]) -> Result<Self> {
        picture::rewrite(given, picture::LOGO).map(Self::picture)
    }

    fn picture(it: picture::Picture) -> Self {
        Self::of(it.format, Some((it.width, it.height)), it.octets)
    }

    /// A file that a node has kept before, under the name that [`File::name`] gave it then: as it is, once it is found to be
    /// what it is called. This takes a while: not for an async thread.
    ///
    /// # Errors
    /// As [`File::read`], and `archive-broken` where it is something else.
    pub(crate) fn again(name: &str, octets: Vec<u8>) -> Result<Self> {
        let read = Self::read(octets.clone())?;
        let size = read.width.zip(read.height).and_then(|(w, h)| Some((w.try_into().ok()?, h.try_into().ok()?)));
        let it = Self::of(read.format, size, octets);
        if it.name() == name { Ok(it) } else { Err(Refusal::ArchiveBroken.into()) }
    }

    fn of(format: Format, size: Option<(u32, u32)>, octets: Vec<u8>) -> Self {
        let side = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
        Self {
            hash: hex::encode(Sha256::digest(&octets)),
            format,
            width: size.map(|(width, _)| side(width)),
            height: size.map(|(_, height)| side(height)),
            size: i32::try_from(octets.len()).unwrap_or(i32::MAX),
            octets,
        }
    }

    /// The last part of its address.
    #[must_use]
    pub fn name(&self) -> String {
        name(&self.hash, self.format)
    }
}

/// The last part of a file's address: `HASH.jpg`.
#[must_use]
pub fn name(hash: &str, format: Format) -> String {
    format!("{hash}.{}", format.extension())
}

/// ISO 32000-2, 7.5.2 and 7.5.5: the header within the first kibioctet, the marker of the end within the last.
fn is_pdf(given: &[u8]) -> bool {
    const NEAR: usize = 1024;
    let head = &given[..given.len().min(NEAR)];
    let tail = &given[given.len().saturating_sub(NEAR)..];
    let holds = |part: &[u8], mark: &[u8]| part.windows(mark.len()).any(|some| some == mark);
    head.starts_with(b"%PDF-") && holds(tail, b"%%EOF")
}

/// A file that may be served, to whom, and under what name.
#[derive(Debug, Clone)]
pub struct Served {
    /// It.
    pub file: File,
    /// Whether everybody may see it.
    pub public: bool,
    /// What it is called where it is shown.
    pub title: String,
}

/// The most places of one file that are looked at for one that `account` may see.
const PLACES: i64 = 50;

/// The file of that name, if `account` may see any consultation that shows it.
///
/// # Errors
/// [`Error::NotFound`], also where it is there but not for this account.
pub async fn serve(conn: &mut Conn, name: &str, account: Option<&Account>) -> Result<Served> {
    let (hash, extension) = name.split_once('.').ok_or(Error::NotFound)?;
    for (on, title) in attachment::places(conn, hash, PLACES).await? {
        let on = consultation::by_id(conn, on).await?;
        let public = match consultation::view(conn, &on.slug, None).await {
            Ok(_) => true,
            Err(Error::NotFound) => false,
            Err(error) => return Err(error),
        };
        if !public {
            match consultation::view(conn, &on.slug, account).await {
                Ok(_) => {}
                Err(Error::NotFound) => continue,
                Err(error) => return Err(error),
            }
        }
        let file: File = on!(conn, |c| media::table.find(hash).select(File::as_select()).first(c).await)?;
        return if file.format.extension() == extension {
            Ok(Served { file, public, title })
        } else {
            Err(Error::NotFound)
        };
    }
    Err(Error::NotFound)
}

/// Keeps a file; one that is there already stays as it is.
pub(crate) async fn keep(tx: &mut Tx, file: &File) -> Result<()> {
    let conn: &mut Conn = tx;
    let insert = diesel::insert_into(media::table).values(file).on_conflict(media::hash);
    // What is there is held until it is shown: who removes the last other use of it waits, and then sees this one.
    on!(conn, |c| insert.do_update().set(media::size.eq(media::size)).execute(c).await)?;
    Ok(())
}

/// Holds a file until the transaction ends; `false` if it is not here.
pub(crate) async fn hold(tx: &mut Tx, hash: &str) -> Result<bool> {
    let conn: &mut Conn = tx;
    let held = diesel::update(media::table.find(hash)).set(media::size.eq(media::size));
    Ok(on!(conn, |c| held.execute(c).await)? == 1)
}

/// The octets of a file.
pub(crate) async fn octets(conn: &mut Conn, hash: &str) -> Result<Vec<u8>> {
    Ok(on!(conn, |c| media::table.find(hash).select(media::octets).first(c).await)?)
}

/// Removes a file that nothing shows any more.
pub(crate) async fn drop_unused(tx: &mut Tx, hash: &str) -> Result<()> {
    if !hold(tx, hash).await? {
        return Ok(());
    }
    let conn: &mut Conn = tx;
    let shown = attachments::table.filter(attachments::hash.eq(hash)).select(attachments::id);
    let left: i64 = on!(conn, |c| shown.count().get_result(c).await)?;
    if left == 0 {
        on!(conn, |c| diesel::delete(media::table.find(hash)).execute(c).await)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::refused;

    #[test]
    fn a_pdf_is_known_by_what_it_holds() {
        let file = File::read(b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n".to_vec()).unwrap();
        assert_eq!((file.format, file.width, file.size), (Format::Pdf, None, 30));
        assert_eq!(file.name(), format!("{}.pdf", file.hash));
        for given in
            [&b""[..], b"%PDF-1.7\n", b"<html>%PDF- %%EOF", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a"]
        {
            assert_eq!(refused(File::read(given.to_vec())), "unsupported-media", "{given:?}");
        }
        assert_eq!(refused(File::read(vec![0; LARGEST + 1])), "too-long");
    }
}
