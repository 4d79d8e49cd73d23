//! A QR code (ISO/IEC 18004) as a picture that is part of the page: nothing is loaded for it.

use leptos::prelude::*;
use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code, as many as the standard asks for.
const MARGIN: usize = 4;

/// A picture of what a camera is to read. Dark on light in every theme, or cameras would not see it.
/// Nothing when the text is too long for one.
#[component]
pub fn QrPicture(
    /// What the camera reads.
    #[prop(into)]
    text: String,
    /// What it is, for those who do not see it.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let size = width + 2 * MARGIN;
    let view_box = format!("0 0 {size} {size}");
    let dark = path(width, &code.into_colors());
    Some(view! {
        <svg
            class="qr-code"
            role="img"
            aria-label=label
            viewBox=view_box
            shape-rendering="crispEdges"
            xmlns="http://www.w3.org/2000/svg"
        >
            <rect width=size.to_string() height=size.to_string() fill="#fff"/>
            <path d=dark fill="#000"/>
        </svg>
    })
}

/// Each run of dark modules in a row as a rectangle.
fn path(width: usize, modules: &[Color]) -> String {
    let mut path = String::new();
    for (y, row) in modules.chunks(width).enumerate() {
        let mut x = 0;
        while x < row.len() {
            let run = row[x..].iter().take_while(|module| **module == Color::Dark).count();
            if run > 0 {
                path.push_str(&format!("M{} {}h{run}v1h-{run}z", x + MARGIN, y + MARGIN));
            }
            x += run.max(1);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dark_modules_become_rectangles() {
        use Color::{Dark, Light};
        assert_eq!(
            path(3, &[Dark, Dark, Light, Light, Light, Light, Dark, Light, Dark]),
            "M4 4h2v1h-2zM4 6h1v1h-1zM6 6h1v1h-1z"
        );
    }
}
