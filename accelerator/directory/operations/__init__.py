"""What is written for those who follow the directory, and take it away, a module per noun."""
