"""Apache Kafka on this machine: installed by Maven, one node in KRaft mode, for `make kafka`, `make stack` and tests.

install  the jars that pom.xml names, under build/kafka
broker   one broker: started, stopped, killed, started again
"""
