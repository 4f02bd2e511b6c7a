"""The web layer: thin handlers that parse, call one workflow or one store query, and render.

frame      the application both box and hub stand in: sessions, CSRF, headers, templates, errors
rendering  pages and fragments; locale, wording and assets feed the templates
session    who is signed in at this browser
events     what a station's browsers are told at once
app        the box's application; the other modules hold its screens, one noun each
"""
