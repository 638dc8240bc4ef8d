//! The page itself.

use std::io::{self, Write};

use sha2::{Digest, Sha256};

use super::data::Data;

const STYLE: &str = include_str!("page.css");
const BODY: &str = include_str!("body.html");
const SCRIPT: &str = include_str!("page.js");
const CHARTS: &str = include_str!("charts.min.js");

/// Writes the page that shows `data`.
pub(super) fn write(out: &mut impl Write, data: &Data) -> io::Result<()> {
    // No tag can start within JSON once `<` is gone from it.
    let json = serde_json::to_string(data)?.replace('<', "\\u003c");
    // Scripts run by this word only. The same data gives the same word, but no data can hold its own.
    let nonce = format!("{:x}", Sha256::digest(&json));
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'nonce-{nonce}'; \
         style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>tieup report</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{BODY}\
         <script type=\"application/json\" id=\"data\">{json}</script>\n\
         <script nonce=\"{nonce}\">\n{CHARTS}</script>\n<script nonce=\"{nonce}\">\n{SCRIPT}</script>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_asset_ends_its_own_element() {
        for (asset, end) in [(STYLE, "</style"), (SCRIPT, "</script"), (CHARTS, "</script")] {
            assert!(!asset.to_lowercase().contains(end));
        }
    }
}
