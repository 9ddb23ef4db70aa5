"""What the work is: tasks, steps, evidence, belief, events and cues. The pure core."""
