using System.Net;
using HpdCds.Sandbox.Fhir;
using Microsoft.Extensions.DependencyInjection;

namespace HpdCds.Tests.Sandbox;

public sealed class AccessTokenTests(EhrFixture ehr) : IClassFixture<EhrFixture>
{
    [Theory]
    [InlineData("Patient/bravo")]
    [InlineData("Observation?patient=bravo")]
    [InlineData("nothing/here/at-all")]
    public async Task Without_a_token_nothing_but_metadata_is_answered(string path)
    {
        using var response = await ehr.SendAsync(null, HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
        using var metadata = await ehr.SendAsync(null, HttpMethod.Get, "metadata");
        Assert.Equal(HttpStatusCode.OK, metadata.StatusCode);
    }

    [Fact]
    public async Task A_token_that_was_never_issued_gives_401()
    {
        using var response = await ehr.SendAsync("made-up", HttpMethod.Get, "Patient/bravo");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_token_ends_when_it_said_it_would()
    {
        var token = ehr.Services.GetRequiredService<AccessTokens>().Issue("bravo", TimeSpan.FromMinutes(5));
        using var before = await ehr.SendAsync(token, HttpMethod.Get, "Patient/bravo");
        ehr.Time.Advance(TimeSpan.FromMinutes(5));
        using var after = await ehr.SendAsync(token, HttpMethod.Get, "Patient/bravo");
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    [Theory]
    [InlineData("Patient/alpha")]
    [InlineData("Observation/alpha-wbc")]
    [InlineData("Observation?patient=alpha")]
    [InlineData("Observation?subject=Patient/alpha")]
    [InlineData("Observation?subject:Patient=alpha")]
    public async Task A_token_for_one_patient_does_not_open_another_chart(string path)
    {
        using var response = await ehr.GetAsync("bravo", path);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task A_search_that_names_no_patient_shows_only_the_tokens_patient()
    {
        Assert.Equal(["bravo"], await ehr.IdsAsync("bravo", "Patient"));
        Assert.All(await ehr.IdsAsync("bravo", "Observation?code=751-8"), id => Assert.StartsWith("bravo-", id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_belongs_to_no_patient_is_open_to_every_token()
    {
        using var response = await ehr.GetAsync("bravo", "Practitioner/synthetic-clinician");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
