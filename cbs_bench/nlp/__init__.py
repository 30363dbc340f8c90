"""spaCy: documents from text or scans, component embeddings, the word tagger."""
