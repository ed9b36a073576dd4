"""Files of other systems at the pages: plans, Project Online, Jira, and two public records, from upload to record.

kinds      what files are, by their content
unpacking  what was sent as a folder of files, archives unpacked within bounds
wishes     what whoever imports says of the files
prepared   what a kind brings, read and ready to be sent
preparing  files and wishes -> prepared
orders     what a page orders of the process that carries an import out, and what comes of it
job        the work of that process
"""
