use proptest::prelude::*;

use super::*;

const PAGE: &str = r#"<!doctype html><html><head><meta charset="utf-8"><title>Why Harbor picked Lumen | Example Blog</title>
<script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"WebPage"},
{"@type":"Article","headline":"Why Harbor picked Lumen","datePublished":"2026-03-04T09:00:00+00:00"}]}</script>
<meta property="og:title" content="Why Harbor picked &amp; kept Lumen">
</head><body>
<nav><a href="/">Home</a> <a href="/blog">Blog</a> <a href="/about">About the company</a></nav>
<div class="cookie-banner">We use cookies to make this site better. <button>Accept</button></div>
<article><h1>Why Harbor picked &amp; kept Lumen</h1>
<p>Harbor Freight Systems said on Tuesday that it chose Lumen&nbsp;Cloud over two larger
bidders, because the company already hosts its records in Europe and knows what the regulators ask for.</p>
<h2>What each side wants</h2>
<p>For Lumen the contract is a way into logistics, a market that it has tried to enter for years without a name to show;
for Harbor it is a hedge against the price increases that its former supplier announced in the autumn.</p>
<ul><li>Storage for ten years</li><li><p>A team on site</p></li></ul>
<table><tr><th>Who</th><th>Share</th></tr><tr><td>Harbor</td><td>40%</td></tr></table>
<p>One line<br>and another, with more words so that it counts as a paragraph of the article, as it should do here.</p>
<div class="share-buttons"><a href="/share">Tweet</a> <a href="/share">Share</a></div>
<script>var x = "<div><div>";</script>
</article>
<aside>Get posts like this</aside><footer>Copyright Example Blog. <a href="/imprint">Imprint</a></footer></body></html>"#;

#[test]
fn a_page_yields_its_article() {
    let parts = read(PAGE).unwrap();
    assert_eq!(parts.title.as_deref(), Some("Why Harbor picked & kept Lumen"));
    assert_eq!(parts.published.as_deref(), Some("2026-03-04"));
    let blocks: Vec<&str> = parts.body.split("\n\n").collect();
    assert!(
        blocks.iter().any(|block| block.starts_with("Harbor Freight Systems")
            && block.contains("Lumen Cloud over two larger bidders,")),
        "{}",
        parts.body
    );
    assert!(blocks.contains(&"What each side wants"), "{}", parts.body);
    assert!(parts.body.contains("Storage for ten years\nA team on site"), "{}", parts.body);
    assert!(parts.body.contains("Who\tShare\nHarbor\t40%"), "{}", parts.body);
    assert!(parts.body.contains("One line\nand another"), "{}", parts.body);
    for junk in ["cookies", "Tweet", "Home", "Get posts", "Copyright", "var x"] {
        assert!(!parts.body.contains(junk), "{junk}: {}", parts.body);
    }
}

#[test]
fn a_date_is_found_in_each_place() {
    for place in [
        r#"<meta property="article:published_time" content="2026-03-04T10:00:00Z">"#,
        r#"<script type="application/ld+json">{"@type":"BlogPosting","datePublished":"March 4, 2026"}</script>"#,
        r#"<meta itemprop="datePublished" content="2026-03-04">"#,
        r#"<time datetime="2026-03-04">last week</time>"#,
        "<time>4 March 2026</time>",
    ] {
        let parts = read(&format!("<body>{place}<p>Harbor chose Lumen.</p>")).unwrap();
        assert_eq!(parts.published.as_deref(), Some("2026-03-04"), "{place}");
    }
}

#[test]
fn a_page_without_a_main_text_gives_what_it_shows() {
    let parts = read("<nav>Home</nav><div>Harbor &lt;HRB&gt; chose Lumen.</div><div hidden>not this</div>").unwrap();
    assert_eq!(parts.body, "Harbor <HRB> chose Lumen.");
    assert_eq!(read("").unwrap().body, "");
}

#[test]
fn encodings_are_declared_in_several_ways() {
    let declared = |html: &str| declared_encoding(html.as_bytes()).map(Encoding::name);
    assert_eq!(declared("<META CharSet='Shift_JIS'>"), Some("Shift_JIS"));
    assert_eq!(declared(r#"<meta http-equiv=x content="text/html; charset=iso-8859-1">"#), Some("windows-1252"));
    assert_eq!(declared(r#"<?xml version="1.0" encoding="koi8-r"?>"#), Some("KOI8-R"));
    assert_eq!(declared("<meta charset=nonsense>"), None);
}

#[test]
fn deep_pages_are_refused_and_long_ones_are_not() {
    for tag in ["div", "b", "span class=x", "table", "svg"] {
        let deep = format!("<{tag}>").repeat(10_000);
        assert!(matches!(read(&deep), Err(ReadError::Nesting(_))), "{tag}");
    }
    let open = "<p>Harbor chose Lumen, <br>it said.<li>and <b>more</b>".repeat(2_000);
    assert!(read(&open).is_ok());
}

#[test]
fn the_deepest_page_fits_into_a_small_stack() {
    let deep = format!("{}Harbor chose Lumen.", "<div>".repeat(DEEPEST));
    let thread = std::thread::Builder::new().stack_size(512 << 10).spawn(move || read(&deep).map(|parts| parts.body));
    assert_eq!(thread.unwrap().join().unwrap().unwrap(), "Harbor chose Lumen.");
}

proptest! {
    #[test]
    fn any_tags_are_read(html in "(</?(div|p|b|li|table|tr|td|h1|br|script|svg|a|pre|code|time|title)( class=\"share\")?>|[a-z .&;<>\"=!-]{0,8}){0,40}") {
        prop_assert!(read(&html).is_ok());
    }
}
