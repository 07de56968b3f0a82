"""A square code as a picture that a page or a paper carries inside itself."""

import segno

# Many dots to a module, so that a printer never has to guess; and four modules of white around.
DOTS = 8
MARGIN = 4


def qr_image(text: str) -> str:
    """Draw a QR code as the `data:` address of a PNG; the same text gives the same picture."""
    code = segno.make(text, error="m", micro=False)
    return str(code.png_data_uri(scale=DOTS, border=MARGIN))
