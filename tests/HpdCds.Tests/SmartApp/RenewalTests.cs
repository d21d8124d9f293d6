using HpdCds.Tests.Chart;
using Microsoft.AspNetCore.WebUtilities;

namespace HpdCds.Tests.SmartApp;

/// <summary>Tokens that end before the view does.</summary>
public sealed class RenewalTests
{
    [Fact]
    [Trait("Req", "SM-36")]
    public async Task A_token_that_the_server_does_not_know_is_renewed_once_and_then_the_patient_must_be_opened_anew()
    {
        await using var site = await LaunchSite.StartAsync();
        site.Token = (token, _) => (token["refresh_token"], token["access_token"]) = ("refresh", Guid.NewGuid().ToString());
        site.Fhir = _ => new EhrAnswer(401, "");

        var (status, html) = await site.SeeAsync();

        Assert.Equal(404, status);
        Assert.Contains("Start the page again from the EHR", html, StringComparison.Ordinal);
        Assert.Equal(["authorization_code", "refresh_token"], Grants(site));
    }

    [Fact]
    [Trait("Req", "SM-36")]
    public async Task A_token_that_was_renewed_reads_the_chart()
    {
        await using var site = await LaunchSite.StartAsync();
        site.Token = (token, form) => (token["refresh_token"], token["access_token"]) = ("refresh", form["grant_type"] == "refresh_token" ? "second" : "first");
        site.Fhir = call => call.Authorization == "Bearer second" ? null : new EhrAnswer(401, "");

        Assert.Equal(200, (await site.SeeAsync()).Status);
        Assert.Equal(["authorization_code", "refresh_token"], Grants(site));
    }

    [Fact]
    [Trait("Req", "SM-36")]
    public async Task Without_a_refresh_token_there_is_no_second_try()
    {
        await using var site = await LaunchSite.StartAsync();
        site.Fhir = _ => new EhrAnswer(401, "");

        Assert.Equal(404, (await site.SeeAsync()).Status);
        Assert.Equal(["authorization_code"], Grants(site));
    }

    [Fact]
    [Trait("Req", "SM-35")]
    public async Task Many_who_look_at_once_cause_one_refresh_and_no_refresh_token_is_used_twice()
    {
        await using var site = await LaunchSite.StartAsync();
        var given = 0;
        site.Token = (token, _) =>
        {
            var number = Interlocked.Increment(ref given);
            (token["access_token"], token["refresh_token"]) = ($"access-{number}", $"refresh-{number}");
        };
        site.Fhir = call => call.Authorization == "Bearer access-1" ? new EhrAnswer(401, "") : null;
        var page = await site.OpenAsync();

        var seen = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => site.ShowAsync(page)));

        Assert.All(seen, one => Assert.Equal(200, one.Status));
        Assert.Equal("refresh-1", Assert.Single(site.TokenCalls.Skip(1).Select(call => QueryHelpers.ParseQuery(call.Body)["refresh_token"].ToString())));
        Assert.All(site.TokenCalls.Skip(1), call => Assert.DoesNotContain("scope=", call.Body, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Req", "SM-20")]
    [Trait("Req", "SM-35")]
    public async Task A_refresh_that_brings_another_patient_brings_nothing()
    {
        await using var site = await LaunchSite.StartAsync();
        site.Token = (token, form) => (token["refresh_token"], token["patient"]) = ("refresh", form["grant_type"] == "refresh_token" ? "pat-2" : "pat-1");
        site.Fhir = _ => new EhrAnswer(401, "");

        Assert.Equal(404, (await site.SeeAsync()).Status);
        Assert.Equal(["authorization_code", "refresh_token"], Grants(site));
    }

    private static string[] Grants(LaunchSite site) => [.. site.TokenCalls.Select(call => QueryHelpers.ParseQuery(call.Body)["grant_type"].ToString())];
}
