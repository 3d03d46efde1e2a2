"""An election before its poll: rules, timetable, what is not decided, nominations."""
