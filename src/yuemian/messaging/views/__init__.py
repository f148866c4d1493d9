"""Pages of messaging: the phone lab, the template library, the blocks."""
