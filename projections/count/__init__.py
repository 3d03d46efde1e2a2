"""Pure counting rules: ballot profile in, stage table out; no input or output, exact arithmetic."""
