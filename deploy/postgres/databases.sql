-- A database for each service: nobody reads another's tables.
CREATE DATABASE portolan_projects TEMPLATE template0;
CREATE DATABASE portolan_resources TEMPLATE template0;
CREATE DATABASE portolan_finance TEMPLATE template0;
CREATE DATABASE portolan_risk TEMPLATE template0;
CREATE DATABASE portolan_reporting TEMPLATE template0;
