"""Valuation: what work, money over time and a currency are worth; pure functions over plain typed values.

The entries, one per subject:

    earned_value.measure              work packages, actual cost, a date -> PV, EV, AC, indices, forecasts
    earned_value.figures              BAC, PV, EV, AC as they are known (`Totals`) -> the same
    rollup.rolled_up                  the same from work package up to portfolio, along a tree of accounts
    columns.measured_columns          the same for 100,000 packages at once, vectorised
    series.performance                the same over successive periods, cumulative or per period
    earned_schedule.earned_schedules  planned and earned curves -> ES, SV(t), SPI(t), IEAC(t)
    baseline.baselined, .rebaselined  an approved change -> the first, or one more, version of the baseline
    investment.appraised              a cash flow (`CashFlow.of_net`) and a rate -> NPV, IRR, payback, BCR
    investment.mirr                   the same and two rates -> the modified internal rate of return
    dated_flows.xnpv, .xirr           amounts on dates -> NPV and internal rates per year
    sensitivity.sensitivity           how the NPV moves with benefits, costs and rate
    exchange_rates.ExchangeRates      dated quotations -> amounts and sums in another currency
    capitalisation.capitalised        costs and rules by phase and nature -> capital and operating expenditure
    amortisation.amortised            a capitalised asset -> its monthly charges

Amounts are integers of a currency's minor unit, ratios are Decimals, and a figure that cannot be given is
None with a reason. `docs/methods/` explains each method on a page.
"""
