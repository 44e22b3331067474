"""The life of a turn: how messages wait, who may work on a lane, how far a turn has come, and the walk itself."""
