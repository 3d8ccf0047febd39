"""HOW IT IS SHOWN: pages, forms and components in the State's design system (DSFR).

Vocabulary
----------
page         one class per address, read by GET, which cannot write (`pages.Page`).
action page  a page with a form: GET shows it, POST makes ONE operation (`pages.ActionPage`).
list page    a list that filters, sorts, pages and exports (`lists.ListPage`).
component    a template with closed attributes (`components.py`): an attribute that it does not know is an error
             that names those it knows.
marque       the visual identity of the State, reserved to its own sites; `settings.MARQUE` switches it.

Invariants
----------
* No inline script and no inline style anywhere; every page has a title, one h1 and a breadcrumb, and works
  without JavaScript.
* A form that is refused keeps what was typed, says why beside the field, and lists its errors first with links.
"""
