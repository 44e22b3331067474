"""Pictures of one answer as it grows, drawn from what the local platforms were really sent. See docs/pictures.md."""
