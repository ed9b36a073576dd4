"""Mail: who is told what, kept in an outbox of reporting and sent by SMTP, at least once.

notifications   which fact tells whom what, as data
queue           facts into notices, one for each recipient
recipients      who a person is to us: address, language, how often
logins          what they may see who are not here
digests         when what waits for a person becomes one mail
composing       what the mail says, as its recipient may see it when it is sent
smtp            one mail to the server, and what its answer means
sending         the leased sender: one of several replicas
bounces         what comes back
api             preferences over REST, and what operators ask
"""
