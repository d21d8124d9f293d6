using HpdCds.Tests.Hooks;
using Microsoft.Extensions.Time.Testing;

namespace HpdCds.Tests.Trust;

/// <summary>Keys that a site received as a file: a changed file counts like a changed answer of an issuer.</summary>
public sealed class KeyFileTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
    private readonly FakeTimeProvider _clock = new(RunningService.Noon);
    private readonly TestIssuer _old = new("key-1");
    private readonly TestIssuer _young = new("key-2");

    public void Dispose()
    {
        File.Delete(_file);
        _old.Dispose();
        _young.Dispose();
    }

    [Fact]
    [Trait("Req", "JWT-09")]
    [Trait("Req", "JWT-11")]
    public async Task A_key_file_that_changes_counts_within_a_minute_and_without_a_change_of_settings()
    {
        await using var ehr = await StartAsync();
        Assert.Equal(200, await StatusAsync(ehr, _old));

        await File.WriteAllTextAsync(_file, _young.Jwks, TestContext.Current.CancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal(401, await StatusAsync(ehr, _old));
        Assert.Equal(200, await StatusAsync(ehr, _young));
    }

    [Fact]
    [Trait("Req", "JWT-11")]
    [Trait("Req", "SEC-07")]
    public async Task Invented_key_ids_do_not_have_it_read_each_time()
    {
        await using var ehr = await StartAsync();

        var statuses = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => StatusAsync(ehr, _young)));

        Assert.All(statuses, status => Assert.Equal(401, status));
        Assert.Single(ehr.Service.Log.Of("HpdCds.Trust.IssuerKeys"));
    }

    [Theory]
    [Trait("Req", "JWT-11")]
    [InlineData("cut")]
    [InlineData("gone")]
    [InlineData("too large")]
    public async Task A_key_file_that_cannot_be_read_changes_nothing_and_is_logged_by_its_name(string how)
    {
        await using var ehr = await StartAsync();
        Assert.Equal(200, await StatusAsync(ehr, _old));

        if (how == "gone")
            File.Delete(_file);
        else
            await File.WriteAllTextAsync(_file, how == "cut" ? _young.Jwks[..50] : _young.Jwks + new string(' ', 300_000), TestContext.Current.CancellationToken);
        _clock.Advance(TimeSpan.FromHours(25));

        Assert.Equal(200, await StatusAsync(ehr, _old));
        Assert.Equal(401, await StatusAsync(ehr, _young));
        Assert.Contains($"Keys could not be read from {Path.GetFileName(_file)}", ehr.Service.Log.All, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_file, _young.Jwks, TestContext.Current.CancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(200, await StatusAsync(ehr, _young));
    }

    private async Task<GuardedService> StartAsync()
    {
        await File.WriteAllTextAsync(_file, _old.Jwks, TestContext.Current.CancellationToken);
        return await GuardedService.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Ehrs:0:Keys:File"] = _file }, clock: _clock);
    }

    private Task<int> StatusAsync(GuardedService ehr, TestIssuer issuer) => ehr.StatusAsync(issuer.Token(now: _clock.GetUtcNow()));
}
