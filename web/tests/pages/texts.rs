//! Every page in every language: whole, with its own title, and nothing missing.

use model::testing::World;

use super::browser::Browser;

#[tokio::test]
async fn every_page_is_whole_in_every_language() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    let consultation = format!("/c/{}", on.slug);
    let (edit, review, close) =
        (format!("{consultation}/edit/text"), format!("{consultation}/edit/review"), format!("{consultation}/close"));
    let pages = [
        "/",
        "/f",
        "/f/mobilite",
        "/f/mobilite?state=closed",
        &consultation,
        "/login",
        "/signup",
        "/verify",
        "/verify?token=x",
        "/reset",
        "/reset?token=x",
        "/federation",
        "/u/valmont",
        "/legal",
        "/privacy",
        "/rules",
        "/accessibility",
        "/data",
        "/source",
        "/nowhere",
        "/me",
        "/new",
        "/admin/users",
        "/admin/mail",
        "/admin/forums/new",
        "/f/mobilite/edit",
        &edit,
        &review,
        &close,
    ];
    for language in ["fr", "en", "es"] {
        let mut visitors =
            [Browser::of(&world).reading(language), Browser::signed_in(&world, "admina").await.reading(language)];
        for visitor in &mut visitors {
            for path in pages {
                let page = visitor.get(path).await;
                if page.status.is_redirection() {
                    continue;
                }
                assert!(!page.has("⟦"), "{language} {path}: {}", page.html.split('⟦').nth(1).unwrap_or_default());
                assert!(page.has(&format!("<html lang=\"{language}\"")), "{language} {path}");
                assert_eq!(page.html.matches("<h1").count(), 1, "{language} {path}");
                assert!(page.title().ends_with(" | Valmont") && page.title().len() > 12, "{language} {path}");
                assert!(!page.has(" style="), "{language} {path}");
            }
        }
    }
}

#[tokio::test]
async fn the_visitor_chooses_language_and_colours() {
    let world = World::sqlite().await;
    let mut visitor = Browser::of(&world).reading("de");
    assert!(visitor.get("/").await.has("<html lang=\"fr\""), "the node's language, for a browser with none of ours");
    assert_eq!(visitor.post("/preferences", &[("language", "es"), ("back", "/f?x=1")]).await.location(), "/f?x=1");
    visitor.post("/preferences", &[("theme", "dark"), ("back", "/")]).await;
    assert!(visitor.get("/").await.has("<html lang=\"es\" data-theme=\"dark\">"));
    visitor.post("/preferences", &[("theme", "system"), ("back", "/")]).await;
    assert!(visitor.get("/").await.has("<html lang=\"es\">"));
}
