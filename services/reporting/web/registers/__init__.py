"""The pages of registers: list, detail, history, create, edit and moves of every collection, from its form model.

client       requests to the public API, with the person's own token
naming       what things are called
values       what is shown of a state: texts, links, names in place of ids
typed        what stands in a form: from a state to texts, and from texts to a request
controls     the form as a tree of controls, with the errors at their place
lists        a list with its filters, columns and pages; tables: the same as CSV and XLSX
behind       the rows behind a figure of a dashboard
details      one aggregate, what names it, its history
files        files: sent with a form, in tables, saved
panels       documents and comments on the page of what they are about; attaching: the addresses at which they are added
writing      create, change, move, archive and restore
answering    what all addresses share: whose page it is, what a form sent, where one goes when it is done
api          the addresses
"""
