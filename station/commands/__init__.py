"""The commands of `handwijzer`, one file for each noun."""
