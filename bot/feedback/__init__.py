"""What people think of answers: a thumb, and a reason if they give one."""
