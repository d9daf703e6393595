-- Finance: how much revenue comes up for renewal in each quarter, how much of it is
-- likely to be lost, and how did such forecasts do in past quarters? The interval is
-- one of 95 %: in 19 of 20 quarters the loss should lie in it. Past quarters show what
-- would have been forecast on their eve. Accounts of which too little is known have no
-- forecast.

with

past as (

    select backtest.*

    from renewal_forecast_backtest as backtest

    where
        backtest.evaluated_on = (
            select max(newest.evaluated_on) from renewal_forecast_backtest as newest
        )

),

quarters as (

    select
        renewal_quarter,
        forecast_on,
        'past' as what,
        accounts,
        forecast_accounts,
        arr,
        forecast_arr,
        expected_accounts_lost,
        accounts_lost_low,
        accounts_lost_high,
        accounts_lost,
        expected_arr_lost,
        arr_lost_low,
        arr_lost_high,
        arr_lost,
        arr_verdict

    from past

    union all

    select
        renewal_quarter,
        forecast_on,
        'ahead' as what,
        accounts,
        forecast_accounts,
        arr,
        forecast_arr,
        expected_accounts_lost,
        accounts_lost_low,
        accounts_lost_high,
        null as accounts_lost,
        expected_arr_lost,
        arr_lost_low,
        arr_lost_high,
        null as arr_lost,
        case when forecast_accounts = 0 then 'not enough' end as arr_verdict

    from renewal_forecast_quarters

)

select
    renewal_quarter,
    what,
    forecast_on,
    accounts,
    accounts - forecast_accounts as accounts_without_forecast,
    round(expected_accounts_lost, 1) as expected_accounts_lost,
    round(accounts_lost_low, 1) as accounts_lost_low,
    round(accounts_lost_high, 1) as accounts_lost_high,
    accounts_lost,
    round(arr) as arr,
    round(arr - forecast_arr) as arr_without_forecast,
    round(expected_arr_lost) as expected_arr_lost,
    round(100 * expected_arr_lost / nullif(forecast_arr, 0), 1) as percent_expected,
    round(arr_lost_low) as arr_lost_low,
    round(arr_lost_high) as arr_lost_high,
    round(arr_lost) as arr_lost,
    arr_verdict as verdict

from quarters

order by renewal_quarter asc, what desc
