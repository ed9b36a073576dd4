"""Tables as organisations have them, in English, French and German: for each column the member that is meant.

Written for these tests. Each is (register, file, columns); a column is (name, cells, member). A member of "" says that the
column has no place there.
"""

Column = tuple[str, tuple[str, ...], str]
Case = tuple[str, str, tuple[Column, ...]]

ENGLISH_PMO: Case = (
    "projects",
    "Project Portfolio Q4 2026 v3.xlsx",
    (
        ("Project No.", ("IT-1001", "IT-1002", "IT-1003"), "code"),
        ("Project Title", ("Payroll renewal", "Data centre move", "Client portal"), "name"),
        ("Business Unit", ("Human Resources", "Infrastructure", "Sales"), "portfolio_id"),
        ("Programme", ("Core systems", "", "Digital"), "programme_id"),
        ("Project Manager", ("Dana Scott", "Lee Wong", "Dana Scott"), "manager_id"),
        ("Sponsor", ("Kim Ade", "Pat Roy", "Kim Ade"), "sponsor_id"),
        ("Status", ("In progress", "On hold", "Closed"), "stage"),
        ("RAG", ("Green", "Amber", "Green"), ""),
        ("Approved Budget ($k)", ("1,200", "450", "75"), "planned_cost"),
        ("Spent to date ($k)", ("300", "20", "80"), ""),
        ("Forecast at Completion", ("1,350", "450", "80"), "forecast_cost"),
        ("Variance", ("150", "0", "5"), ""),
        ("Baseline Start", ("2026-01-05", "2026-02-01", "2025-03-01"), "planned_start_on"),
        ("Baseline Finish", ("2026-12-18", "2027-02-01", "2025-12-01"), "planned_finish_on"),
        ("Forecast End Date", ("2027-03-31", "2027-02-01", "2026-01-15"), "forecast_finish_on"),
        ("% Complete", ("35%", "5%", "100%"), ""),
        ("Comments", ("Waiting for vendor", "", "Done"), ""),
        ("Priority", ("1", "2", "3"), ""),
    ),
)  # fmt: skip

FRENCH_PMO: Case = (
    "projects",
    "Liste des projets au 30.11.2026.xlsx",
    (
        ("N° projet", ("2026-014", "2026-015", "2026-016"), "code"),
        ("Intitulé", ("Refonte du SIRH", "Migration ERP", "Portail usagers"), "name"),
        ("Description", ("Remplace l’ancien", "", "Guichet en ligne"), "description"),
        ("Direction", ("Ressources humaines", "Finances", "Population"), "portfolio_id"),
        ("Programme", ("Numérique", "Numérique", ""), "programme_id"),
        ("Chef de projet", ("Luc Favre", "Anne Rey", "Luc Favre"), "manager_id"),
        ("Mandant", ("Marc Blanc", "Marc Blanc", "Eva Roux"), "sponsor_id"),
        ("Statut", ("En cours", "Proposé", "Clos"), "stage"),
        ("Météo", ("vert", "orange", "rouge"), ""),
        ("Budget approuvé (k CHF)", ("1'200", "850", "90"), "planned_cost"),
        ("Consommé (k CHF)", ("400", "0", "95"), ""),
        ("Reste à faire", ("800", "850", "0"), ""),
        ("Atterrissage (k CHF)", ("1'250", "850", "95"), "forecast_cost"),
        ("Date de début", ("01.02.2026", "01.06.2026", "01.03.2025"), "planned_start_on"),
        ("Date de fin", ("31.12.2026", "30.06.2027", "31.10.2025"), "planned_finish_on"),
        ("Fin prévue", ("31.03.2027", "30.06.2027", "15.12.2025"), "forecast_finish_on"),
        ("Date de fin réelle", ("", "", "15.12.2025"), "actual_finish_on"),
        ("Avancement (%)", ("40", "0", "100"), ""),
        ("Remarques", ("", "attend la décision", ""), ""),
    ),
)  # fmt: skip

GERMAN_PMO: Case = (
    "projects",
    "Projektliste_2026-11-30.csv",
    (
        ("Projekt-Nr.", ("P10042", "P10043", "P10044"), "code"),
        ("Projektbezeichnung", ("Ablösung Zeiterfassung", "Netzwerk Standort Bern", "eRechnung"), "name"),
        ("Kurzbeschreibung", ("Neue Lösung", "", "Pflicht ab 2027"), "description"),
        ("Abteilung", ("Personal", "Informatik", "Finanzen"), "portfolio_id"),
        ("Programm", ("", "Infrastruktur", ""), "programme_id"),
        ("Projektleiter/in", ("Beat Keller", "Ruth Frei", "Beat Keller"), "manager_id"),
        ("Auftraggeber", ("Urs Meier", "Urs Meier", "Eva Graf"), "sponsor_id"),
        ("Projektstatus", ("laufend", "sistiert", "abgeschlossen"), "stage"),
        ("Ampel", ("grün", "gelb", "rot"), ""),
        ("Phase", ("Realisierung", "Konzept", "Abschluss"), "phase"),
        ("Genehmigtes Budget TCHF", ("250", "1'100", "40"), "planned_cost"),
        ("Ist-Kosten TCHF", ("120", "30", "42"), ""),
        ("Prognose TCHF", ("260", "1'100", "42"), "forecast_cost"),
        ("Starttermin geplant", ("01.03.2026", "01.09.2026", "01.01.2026"), "planned_start_on"),
        ("Endtermin geplant", ("31.12.2026", "30.06.2027", "30.09.2026"), "planned_finish_on"),
        ("Ist-Beginn", ("15.03.2026", "", "05.01.2026"), "actual_start_on"),
        ("Ist-Ende", ("", "", "10.10.2026"), "actual_finish_on"),
        ("Fertigstellungsgrad", ("40%", "5%", "100%"), ""),
        ("Bemerkungen", ("", "Ressourcen fehlen", ""), ""),
    ),
)  # fmt: skip

ODATA: Case = (
    "projects",
    "Projects.json",
    (
        ("ProjectId", ("0b8e77cc-1111-4a2b-9c1d-000000000001", "0b8e77cc-1111-4a2b-9c1d-000000000002", "0b8e77cc-1111-4a2b-9c1d-000000000003"), "external_ref.id"),
        ("ProjectName", ("Alpha", "Beta", "Gamma"), "name"),
        ("ProjectDescription", ("", "Second", ""), "description"),
        ("ProjectOwnerName", ("Sam Hill", "Ida Berg", "Sam Hill"), "manager_id"),
        ("ProjectDepartments", ("IT", "Sales", "IT"), "portfolio_id"),
        ("ProjectBaseline0StartDate", ("2026-01-01", "2026-02-01", "2026-03-01"), ""),
        ("ProjectStartDate", ("2026-01-15", "2026-02-01", "2026-03-01"), "planned_start_on"),
        ("ProjectFinishDate", ("2026-10-15", "2026-12-01", "2027-03-01"), "planned_finish_on"),
        ("ProjectActualStartDate", ("2026-01-15", "", ""), "actual_start_on"),
        ("ProjectActualFinishDate", ("", "", ""), "actual_finish_on"),
        ("ProjectCost", ("1000.00", "2000.00", "300.00"), "planned_cost"),
        ("ProjectActualCost", ("400.00", "0.00", "0.00"), ""),
        ("ProjectRemainingCost", ("600.00", "2000.00", "300.00"), ""),
        ("ProjectPercentCompleted", ("40", "0", "0"), ""),
        ("ProjectCreatedDate", ("2025-11-01", "2025-12-01", "2026-01-01"), ""),
        ("ProjectDuration", ("200", "300", "260"), ""),
        ("ProjectWork", ("800", "1200", "300"), ""),
    ),
)  # fmt: skip

GOVERNMENT: Case = (
    "projects",
    "major_projects_2026.csv",
    (
        ("Unique ID", ("MP-0001", "MP-0002", "MP-0003"), "code"),
        ("Project Name", ("Border Systems", "Tax Digital", "Court Reform"), "name"),
        ("Department", ("Home Office", "Revenue", "Justice"), "portfolio_id"),
        ("SRO", ("A. Brown", "C. Dean", "E. Fox"), "sponsor_id"),
        ("Delivery Confidence Assessment", ("Amber", "Green", "Red"), ""),
        ("Start Date (Latest Approved)", ("2020-04-01", "2019-10-01", "2021-01-01"), "planned_start_on"),
        ("End Date (Latest Approved)", ("2027-03-31", "2026-09-30", "2028-12-31"), "planned_finish_on"),
        ("Whole Life Cost (£m)", ("1,250.5", "310", "2,004.75"), "lifecycle_cost"),
        ("Financial Year Budget (£m)", ("120", "34", "210"), ""),
        ("Schedule Narrative", ("On plan", "", "Delayed by procurement"), ""),
        ("Benefits (£m)", ("3000", "900", "2500"), ""),
    ),
)  # fmt: skip

MINIMAL: Case = (
    "projects",
    "todo.csv",
    (
        ("Project", ("Move office", "New website", "Firewall"), "name"),
        ("Owner", ("ann@example.org", "bob@example.org", "ann@example.org"), "manager_id"),
        ("Begin", ("2026-01-01", "2026-02-01", "2026-03-01"), "planned_start_on"),
        ("Due date", ("2026-05-01", "2026-06-01", "2026-07-01"), "planned_finish_on"),
        ("Cost (EUR)", ("1000", "25000", "4000"), "planned_cost"),
        ("Notes", ("x", "", "y"), ""),
    ),
)  # fmt: skip

WITH_CURRENCY: Case = (
    "projects",
    "capital plan.xlsx",
    (
        ("Key", ("CP-1", "CP-2", "CP-3"), "code"),
        ("Name", ("Bridge IT", "Depot IT", "Mobile crews"), "name"),
        ("Planned cost", ("1000", "2000", "3000"), "planned_cost"),
        ("Currency", ("CHF", "EUR", "CHF"), "planned_cost.currency"),
        ("Stage", ("Active", "Approved", "On hold"), "stage"),
        ("Confidential", ("no", "yes", "no"), "confidential"),
    ),
)  # fmt: skip

WORK_PACKAGES: Case = (
    "work-packages",
    "tasks.csv",
    (
        ("Task ID", ("T1", "T2", "T3"), "external_ref.id"),
        ("Project Code", ("IT-1001", "IT-1001", "IT-1002"), "project_id"),
        ("WBS", ("1", "1.1", "1"), "wbs"),
        ("Task Name", ("Analysis", "Interviews", "Build"), "name"),
        ("Parent Task", ("", "T1", ""), "parent_id"),
        ("Assigned To", ("ann@example.org", "bob@example.org", ""), "owner_id"),
        ("Start", ("2026-01-01", "2026-01-05", "2026-02-01"), "planned_start_on"),
        ("Finish", ("2026-02-01", "2026-01-20", "2026-06-01"), "planned_finish_on"),
        ("Budget EUR", ("1000", "500", "9000"), "budget"),
        ("Percent complete", ("50", "100", "0"), "percent_complete"),
        ("Duration", ("20d", "10d", "90d"), ""),
        ("Predecessors", ("", "1", "2"), ""),
    ),
)  # fmt: skip

GERMAN_PACKAGES: Case = (
    "work-packages",
    "Arbeitspakete.xlsx",
    (
        ("PSP-Code", ("1.1", "1.2", "1.3"), "wbs"),
        ("Arbeitspaket", ("Konzept erstellen", "Umsetzung Server", "Test und Abnahme"), "name"),
        ("Projektnummer", ("P10042", "P10042", "P10042"), "project_id"),
        ("Verantwortlich", ("Keller Beat", "Frei Ruth", "Keller Beat"), "owner_id"),
        ("Plan-Start", ("01.03.2026", "01.05.2026", "01.10.2026"), "planned_start_on"),
        ("Plan-Ende", ("30.04.2026", "30.09.2026", "31.12.2026"), "planned_finish_on"),
        ("Plankosten (CHF)", ("20'000", "150'000", "30'000"), "budget"),
        ("Istkosten (CHF)", ("18'000", "40'000", "0"), ""),
        ("Fortschritt", ("100%", "30%", "0%"), "percent_complete"),
    ),
)  # fmt: skip

PEOPLE: Case = (
    "persons",
    "staff list.csv",
    (
        ("Employee ID", ("10023", "10024", "10025"), "external_ref.id"),
        ("Full name", ("Ann Bell", "Bob Crane", "Cid Dorn"), "name"),
        ("E-mail address", ("ann@example.org", "bob@example.org", "cid@example.org"), "email"),
        ("Department", ("IT", "IT", "Finance"), "unit_id"),
        ("Job title", ("Engineer", "Analyst", "Controller"), "role"),
        ("Location", ("Bern", "Lausanne", "Bern"), "location"),
        ("Weekly hours", ("42", "33.6", "42"), "weekly_hours"),
        ("Employment", ("internal", "external", "internal"), "employment"),
        ("Supplier", ("", "Acme Ltd", ""), "vendor_id"),
        ("Phone", ("031 000 00 01", "031 000 00 02", ""), ""),
        ("Salary", ("100000", "120000", "90000"), ""),
    ),
)  # fmt: skip

GERMAN_PEOPLE: Case = (
    "persons",
    "Mitarbeitende.csv",
    (
        ("Personalnummer", ("7001", "7002", "7003"), "external_ref.id"),
        ("Name", ("Keller Beat", "Frei Ruth", "Graf Eva"), "name"),
        ("E-Mail", ("b.keller@example.ch", "r.frei@example.ch", "e.graf@example.ch"), "email"),
        ("Organisationseinheit", ("Informatik", "Informatik", "Finanzen"), "unit_id"),
        ("Funktion", ("Projektleiter", "Architektin", "Controllerin"), "role"),
        ("Standort", ("Bern", "Zürich", "Bern"), "location"),
        ("Wochenstunden", ("42", "25.2", "42"), "weekly_hours"),
        ("Eintrittsdatum", ("01.01.2015", "01.05.2019", "01.08.2020"), ""),
    ),
)  # fmt: skip

BUDGET: Case = (
    "budget-lines",
    "budget_fy26.csv",
    (
        ("Project ID", ("IT-1001", "IT-1001", "IT-1002"), "project_id"),
        ("Fiscal year", ("2026", "2027", "2026"), "fiscal_year"),
        ("Capex/Opex", ("capex", "opex", "capex"), "nature"),
        ("Cost type", ("Licences", "Staff", "Hardware"), "cost_type"),
        ("Amount (USD)", ("10000", "25000", "4000"), "amount"),
        ("Status", ("approved", "draft", "approved"), "state"),
    ),
)  # fmt: skip

FRENCH_BUDGET: Case = (
    "budget-lines",
    "Budgets 2026.xlsx",
    (
        ("Projet", ("2026-014", "2026-014", "2026-015"), "project_id"),
        ("Exercice", ("2026", "2027", "2026"), "fiscal_year"),
        ("Nature", ("investissement", "fonctionnement", "investissement"), "nature"),
        ("Genre de coûts", ("Licences", "Personnel", "Matériel"), "cost_type"),
        ("Montant CHF", ("10'000", "25'000", "4'000"), "amount"),
    ),
)  # fmt: skip

LEDGER: Case = (
    "actual-costs",
    "SAP_actuals_202611.csv",
    (
        ("Document No", ("5000012", "5000013", "5000014"), "document"),
        ("Posting Date", ("2026-10-03", "2026-10-17", "2026-11-02"), "posted_on"),
        ("Project", ("IT-1001", "IT-1002", "IT-1001"), "project_id"),
        ("Amount in local currency", ("1200.50", "-300.00", "87.10"), ""),
        ("Amount", ("1200.50", "-300.00", "87.10"), "amount"),
        ("Currency", ("CHF", "CHF", "CHF"), "amount.currency"),
        ("Cost center", ("4711", "4711", "4712"), ""),
        ("Contract", ("C-17", "", "C-18"), "contract_id"),
        ("Text", ("Licences", "Credit note", "Travel"), ""),
    ),
)  # fmt: skip

GERMAN_LEDGER: Case = (
    "actual-costs",
    "Buchungsjournal Okt 2026.csv",
    (
        ("Belegnummer", ("190001", "190002", "190003"), "document"),
        ("Buchungsdatum", ("03.10.2026", "17.10.2026", "28.10.2026"), "posted_on"),
        ("Projektnummer", ("P10042", "P10043", "P10042"), "project_id"),
        ("Betrag CHF", ("1'200.50", "-300.00", "87.10"), "amount"),
        ("Kostenstelle", ("4711", "4711", "4712"), ""),
    ),
)  # fmt: skip

STAFFING: Case = (
    "allocations",
    "resource plan.csv",
    (
        ("Employee", ("ann@example.org", "bob@example.org", "ann@example.org"), "person_id"),
        ("Project", ("IT-1001", "IT-1002", "IT-1002"), "project_id"),
        ("Role", ("Analyst", "Engineer", "Analyst"), "role"),
        ("From", ("2026-01-01", "2026-02-01", "2026-06-01"), "starts_on"),
        ("To", ("2026-05-31", "2026-12-31", "2026-12-31"), "ends_on"),
        ("Allocation %", ("50", "100", "40"), "percent"),
    ),
)  # fmt: skip

FRENCH_STAFFING: Case = (
    "allocations",
    "Affectations.xlsx",
    (
        ("Collaborateur", ("Luc Favre", "Anne Rey", "Luc Favre"), "person_id"),
        ("Projet", ("2026-014", "2026-015", "2026-015"), "project_id"),
        ("Début", ("01.01.2026", "01.02.2026", "01.06.2026"), "starts_on"),
        ("Fin", ("31.05.2026", "31.12.2026", "31.12.2026"), "ends_on"),
        ("Taux (%)", ("50", "100", "40"), "percent"),
        ("Fonction", ("Analyste", "Architecte", "Analyste"), "role"),
    ),
)  # fmt: skip

CONTRACTS: Case = (
    "contracts",
    "contract register.xlsx",
    (
        ("Contract No.", ("C-17", "C-18", "C-19"), "number"),
        ("Contract title", ("ERP licences", "Network services", "Support"), "title"),
        ("Supplier", ("Acme Ltd", "Northern Nets", "Acme Ltd"), "vendor_id"),
        ("Project ID", ("IT-1001", "IT-1002", ""), "project_id"),
        ("Type", ("fixed price", "time and material", "fixed price"), "kind"),
        ("Status", ("running", "running", "ended"), "status"),
        ("Start date", ("2026-01-01", "2026-02-01", "2025-01-01"), "starts_on"),
        ("End date", ("2028-12-31", "2027-01-31", "2025-12-31"), "ends_on"),
        ("Contract value (EUR)", ("250000", "90000", "12000"), "value"),
        ("Termination notice date", ("2028-06-30", "2026-10-31", ""), "notice_on"),
    ),
)  # fmt: skip

FRENCH_VENDORS: Case = (
    "vendors",
    "Fournisseurs.csv",
    (
        ("N° fournisseur", ("F001", "F002", "F003"), "external_ref.id"),
        ("Raison sociale", ("Acme SA", "Réseaux du Nord", "Lac Conseil"), "name"),
        ("Pays", ("CH", "FR", "CH"), "country"),
        ("Téléphone", ("021 000 00 01", "", ""), ""),
    ),
)  # fmt: skip

RISKS: Case = (
    "risks",
    "risk log.csv",
    (
        ("Risk ID", ("R1", "R2", "R3"), "external_ref.id"),
        ("Project", ("IT-1001", "IT-1001", "IT-1002"), "project_id"),
        ("Risk title", ("Vendor fails", "Staff leave", "Cheaper licences"), "title"),
        ("Type", ("threat", "threat", "opportunity"), "kind"),
        ("Cause", ("Market", "Pay", "Negotiation"), "cause"),
        ("Effect", ("Delay", "Delay", "Savings"), "effect"),
        ("Probability", ("4", "3", "2"), "probability"),
        ("Impact", ("5", "3", "2"), "impact"),
        ("Risk owner", ("Ann Bell", "Bob Crane", "Ann Bell"), "owner_id"),
        ("Mitigation", ("Second source", "Bonus", ""), ""),
        ("Status", ("open", "open", "closed"), "state"),
    ),
)  # fmt: skip

FRENCH_RISKS: Case = (
    "risks",
    "Registre des risques.csv",
    (
        ("N°", ("R1", "R2", "R3"), "external_ref.id"),
        ("Projet", ("IT-1001", "IT-1001", "IT-1002"), "project_id"),
        ("Intitulé", ("Fournisseur défaillant", "Départ", "Licences moins chères"), "title"),
        ("Probabilité", ("Élevée", "Faible", "Moyenne"), "probability"),
        ("Gravité", ("4 - Majeur", "1 - Négligeable", "3 - Modéré"), "impact"),
        ("Criticité", ("16", "2", "9"), ""),
        ("Statut", ("ouvert", "clos", "en cours"), "state"),
        ("Pilote", ("Anne Blanc", "Jean Noir", "Anne Blanc"), "owner_id"),
    ),
)  # fmt: skip

GERMAN_RISKS: Case = (
    "risks",
    "Risikoliste.xlsx",
    (
        ("Nr.", ("1", "2", "3"), "external_ref.id"),
        ("Projekt", ("P10042", "P10042", "P10043"), "project_id"),
        ("Risiko", ("Lieferant fällt aus", "Personal fehlt", "Schnittstelle unklar"), "title"),
        ("Ursache", ("Markt", "Lohn", "Doku fehlt"), "cause"),
        ("Auswirkung", ("Verzug", "Verzug", "Mehrkosten"), "effect"),
        ("Eintrittswahrscheinlichkeit", ("4", "3", "2"), "probability"),
        ("Massnahmen", ("Zweitlieferant", "", "Workshop"), ""),
        ("Risikoeigner", ("Keller Beat", "Frei Ruth", "Keller Beat"), "owner_id"),
    ),
)  # fmt: skip

FORECASTS: Case = (
    "forecasts",
    "EAC 2026-11.csv",
    (
        ("Project", ("IT-1001", "IT-1002", "IT-1003"), "project_id"),
        ("Forecast date", ("2026-11-30", "2026-11-30", "2026-11-30"), "forecast_on"),
        ("EAC (kUSD)", ("1350", "450", "80"), "at_completion"),
        ("Comment", ("Vendor late", "", ""), "comment"),
    ),
)  # fmt: skip

PORTFOLIOS: Case = (
    "portfolios",
    "portfolios.csv",
    (
        ("Code", ("HR", "IT", "FIN"), "external_ref.id"),
        ("Portfolio", ("Human Resources", "Infrastructure", "Finance"), "name"),
        ("Parent portfolio", ("", "Human Resources", ""), "parent_id"),
        ("Portfolio manager", ("Ann Bell", "Bob Crane", "Cid Dorn"), "owner_id"),
        ("Description", ("People systems", "", "Ledgers"), "description"),
    ),
)  # fmt: skip

UNITS: Case = (
    "org-units",
    "Organisation.xlsx",
    (
        ("Kürzel", ("INF", "FIN", "HR"), "code"),
        ("Bezeichnung", ("Informatik", "Finanzen", "Personal"), "name"),
        ("Übergeordnete Einheit", ("", "INF", "INF"), "parent_id"),
        ("Leitung", ("Keller Beat", "Graf Eva", "Frei Ruth"), "head_id"),
        ("Kostenstelle", ("4711", "4712", "4713"), "cost_centre"),
    ),
)  # fmt: skip

DECOYS: Case = (
    "projects",
    "export (2).csv",
    (
        ("Project", ("P-0001", "P-0002", "P-0003"), "code"),
        ("Name of the project", ("Alpha", "Beta", "Gamma"), "name"),
        ("Program Manager", ("Ann Bell", "Bob Crane", "Ann Bell"), ""),
        ("Portfolio Manager", ("Ann Bell", "Bob Crane", "Ann Bell"), ""),
        ("Proj. Mgr.", ("Cid Dorn", "Eva Finn", "Cid Dorn"), "manager_id"),
        ("PM Email", ("cid@example.org", "eva@example.org", "cid@example.org"), ""),
        ("Sponsor Department", ("IT", "Sales", "IT"), ""),
        ("Budget 2025", ("10", "20", "30"), ""),
        ("Budget 2026", ("10", "20", "30"), ""),
        ("Total Budget", ("20", "40", "60"), "planned_cost"),
        ("Budget spent", ("5", "1", "2"), ""),
        ("% of budget used", ("25", "3", "3"), ""),
        ("Budget remaining", ("15", "39", "58"), ""),
        ("CPI", ("0.98", "1.02", "1.00"), ""),
        ("Schedule Status", ("Green", "Red", "Green"), ""),
        ("Overall Status", ("Green", "Red", "Amber"), ""),
        ("Status", ("On track", "Delayed", "On track"), ""),
        ("Start", ("Q1 2026", "Q3 2026", "2027"), "planned_start_on"),
        ("Finish", ("soon", "when funded", "later"), ""),
        ("Next milestone date", ("2026-01-01", "2026-02-01", "2026-03-01"), ""),
        ("Status date", ("2026-11-30", "2026-11-30", "2026-11-30"), ""),
        ("Last updated", ("2026-11-30", "2026-11-30", "2026-11-30"), ""),
        ("Parent project", ("", "P-0001", ""), ""),
        ("Number of risks", ("3", "4", "0"), ""),
        ("Project type", ("IT", "Build", "IT"), "kind"),
        ("URL", ("https://example.org/1", "https://example.org/2", ""), ""),
    ),
)  # fmt: skip

ONE_CURRENCY: Case = (
    "projects",
    "portfolio.csv",
    (
        ("PROJECT_ID", ("4711", "4712", "4713"), "external_ref.id"),
        ("PROJECT_NAME", ("Alpha", "Beta", "Gamma"), "name"),
        ("PLANNED_COST", ("10", "20", "30"), "planned_cost"),
        ("FORECAST_COST", ("11", "20", "28"), "forecast_cost"),
        ("CURRENCY", ("CHF", "EUR", "CHF"), "currency"),
        ("PLANNED_START", ("2026-01-01", "2026-02-01", "2026-03-01"), "planned_start_on"),
        ("PLANNED_FINISH", ("2026-12-01", "2026-12-02", "2027-03-01"), "planned_finish_on"),
    ),
)  # fmt: skip

SURNAMES: Case = (
    "persons",
    "HR extract.csv",
    (
        ("Personnel no.", ("00017", "00018", "00019"), "external_ref.id"),
        ("Last name", ("Bell", "Crane", "Dorn"), ""),
        ("First name", ("Ann", "Bob", "Cid"), "name"),
        ("Mail", ("ann@example.org", "bob@example.org", "cid@example.org"), "email"),
        ("Team", ("Platform", "Apps", "Apps"), "unit_id"),
        ("FTE", ("1.0", "0.8", "1.0"), "weekly_hours"),
        ("Manager", ("Zoe Hart", "Zoe Hart", "Zoe Hart"), ""),
    ),
)  # fmt: skip

UNITS_IN_ENGLISH: Case = (
    "org-units",
    "departments.csv",
    (
        ("Department code", ("INF", "FIN", "HR"), "code"),
        ("Department", ("Informatics", "Finance", "Human Resources"), "name"),
        ("Head of department", ("Ann Bell", "Bob Crane", "Cid Dorn"), "head_id"),
        ("Parent department", ("", "INF", "INF"), "parent_id"),
    ),
)  # fmt: skip

VENDORS: Case = (
    "vendors",
    "suppliers.csv",
    (
        ("Supplier no", ("70001", "70002", "70003"), "external_ref.id"),
        ("Supplier", ("Acme Ltd", "Northern Nets", "Lake Consulting"), "name"),
        ("VAT number", ("CHE-1", "CHE-2", ""), ""),
        ("Country", ("CH", "DE", "CH"), "country"),
        ("Contact", ("Ann", "Bob", ""), ""),
    ),
)  # fmt: skip

RATES: Case = (
    "rate-cards",
    "rates 2026.xlsx",
    (
        ("Role", ("Analyst", "Engineer", "Architect"), "role_id"),
        ("Grade", ("Junior", "Senior", "Senior"), "grade"),
        ("Daily rate (CHF)", ("1200", "1400", "1600"), "amount"),
        ("Valid from", ("2026-01-01", "2026-01-01", "2026-01-01"), "valid_from"),
        ("Valid to", ("2026-12-31", "2026-12-31", "2026-12-31"), "valid_until"),
    ),
)  # fmt: skip

RATINGS: Case = (
    "assessments",
    "confidence.csv",
    (
        ("Project", ("IT-1001", "IT-1002", "IT-1003"), "project_id"),
        ("Date", ("2026-03-31", "2026-03-31", "2026-03-31"), "rated_on"),
        ("Delivery Confidence", ("Amber", "Green", "Red"), "rating"),
        ("Commentary", ("", "", ""), "comment"),
    ),
)  # fmt: skip

SERVICE_DESK: Case = (
    "projects",
    "pm_project.csv",
    (
        ("Number", ("PRJ0010001", "PRJ0010002", "PRJ0010003"), "code"),
        ("Short description", ("Upgrade mail", "Retire fax", "New portal"), "name"),
        ("Project manager", ("Ann Bell", "Bob Crane", "Ann Bell"), "manager_id"),
        ("Portfolio", ("IT", "IT", "Sales"), "portfolio_id"),
        ("Business owner", ("Kim Ade", "Pat Roy", "Kim Ade"), "sponsor_id"),
        ("State", ("Work in progress", "Pending", "Closed"), "stage"),
        ("Phase", ("Executing", "Planning", "Closing"), "phase"),
        ("Planned start date", ("2026-01-01 08:00:00", "2026-02-01 08:00:00", "2026-03-01 08:00:00"), "planned_start_on"),
        ("Planned end date", ("2026-10-01 17:00:00", "2026-12-01 17:00:00", "2026-09-01 17:00:00"), "planned_finish_on"),
        ("Planned cost", ("$1,000.00", "$2,500.00", "$90.00"), "planned_cost"),
        ("Actual cost", ("$10.00", "$0.00", "$95.00"), ""),
        ("Percent complete", ("20", "0", "100"), ""),
        ("Overall health", ("Green", "Yellow", "Green"), ""),
    ),
)  # fmt: skip

FRENCH_STATE: Case = (
    "projects",
    "panorama-grands-projets.csv",
    (
        ("Projet", ("Identité numérique", "Portail des aides", "Paie unique"), "name"),
        ("Ministère", ("Intérieur", "Agriculture", "Finances"), "portfolio_id"),
        ("Description et objectifs du projet", ("Offrir", "Aider", "Payer"), "description"),
        ("Début", ("2019-01-01", "2020-06-01", "2018-03-01"), "planned_start_on"),
        ("Durée prévisionnelle en années", ("4.5", "3", "6"), ""),
        ("Phase du projet en cours", ("Conception", "Réalisation", "Déploiement"), "phase"),
        ("Coût estimé (M€)", ("12.5", "9", "33"), "forecast_cost"),
        ("Zone fonctionnelle", ("Usagers", "Aides", "RH"), ""),
    ),
)  # fmt: skip

SWISS_KEY_PROJECTS: Case = (
    "projects",
    "Schlüsselprojekte 2026.xlsx",
    (
        ("Projektname", ("Alpha", "Beta", "Gamma"), "name"),
        ("Departement", ("EFD", "EJPD", "UVEK"), "portfolio_id"),
        ("Projektstart", ("01.01.2024", "01.07.2025", "01.03.2023"), "planned_start_on"),
        ("Projektende", ("31.12.2027", "30.06.2028", "31.12.2026"), "planned_finish_on"),
        ("Gesamtkosten (Mio. CHF)", ("45.5", "12", "7.25"), "planned_cost"),
        ("Projektstand", ("in Umsetzung", "Initialisierung", "abgeschlossen"), "stage"),
        ("Gesamtbeurteilung", ("grün", "gelb", "rot"), ""),
    ),
)  # fmt: skip

FORM_ANSWERS: Case = (
    "projects",
    "Survey responses (17).xlsx",
    (
        ("1. Project Name *", ("Alpha", "Beta", "Gamma"), "name"),
        ("2. Project Manager (required)", ("Ann Bell", "Bob Crane", "Cid Dorn"), "manager_id"),
        ("3. Est. Start Date (dd/mm/yyyy)", ("13/01/2026", "14/02/2026", "15/03/2026"), "forecast_start_on"),
        ("4. Est. End Date (dd/mm/yyyy)", ("13/10/2026", "14/12/2026", "15/11/2026"), "forecast_finish_on"),
        ("5. Allocated budget (EUR)", ("1000", "2500", "90"), "planned_cost"),
        ("6. What are the main risks?", ("none", "time", "money"), ""),
        ("7. Resp. for the business case", ("x", "y", "z"), ""),
    ),
)  # fmt: skip

CASES: dict[str, Case] = {
    name.lower(): case for name, case in globals().items() if name.isupper() and name not in ("CASES",) and isinstance(case, tuple)
}  # fmt: skip
"""All of them by their names."""
