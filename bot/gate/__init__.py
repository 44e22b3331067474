"""May this message start a turn?"""
