//! A QR code (ISO/IEC 18004) as a picture that is part of the page: nothing is loaded for it.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What is drawn of a QR code.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QrCode {
    /// Modules from edge to edge, the light margin included.
    pub size: usize,
    /// The dark modules as the path of an SVG.
    pub dark: String,
}

/// A picture of what a camera is to read. Dark on light in every theme, or cameras would not see it.
#[component]
pub fn QrPicture(
    /// What is drawn.
    code: QrCode,
    /// What it is, for those who do not see it.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let QrCode { size, dark } = code;
    let view_box = format!("0 0 {size} {size}");
    view! {
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
    }
    .into_any()
}

#[cfg(feature = "ssr")]
mod draw {
    use qrcode::{Color, EcLevel};

    use super::QrCode;

    /// Light modules around the code, as many as the standard asks for.
    const MARGIN: usize = 4;

    impl QrCode {
        /// Draws what a camera is to read. `None` when the text is too long for a code.
        pub fn draw(text: &str) -> Option<Self> {
            let code = qrcode::QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
            let width = code.width();
            Some(Self { size: width + 2 * MARGIN, dark: path(width, &code.into_colors()) })
        }
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
}
