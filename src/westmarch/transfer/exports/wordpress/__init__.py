"""WordPress' own export, WXR: RSS with elements of its own (`wp:…`), one file or several."""
