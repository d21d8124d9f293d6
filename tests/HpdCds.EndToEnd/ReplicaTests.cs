using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HpdCds.Tests.Cases;
using HpdCds.Tests.Hooks;
using HpdCds.Tests.Trust;
using Npgsql;

namespace HpdCds.EndToEnd;

/// <summary>Two real processes behind a real load balancer with one real database.</summary>
public sealed partial class ReplicaTests(Postgres postgres, ITestOutputHelper output) : IClassFixture<Postgres>, IAsyncLifetime
{
    private const string Path = "/cds-services/hpd-risk";
    private const string Secret = "canary-of-the-database";
    private const string Comment = "spoken with the tumour board on Tuesday";

    private readonly TestIssuer _issuer = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly LoadBalancer _balancer = new();
    private readonly string _keys = System.IO.Path.GetTempFileName();
    private readonly List<Replica> _replicas = [];
    private string _store = "";

    public async ValueTask InitializeAsync()
    {
        _store = await postgres.CreateAsync();
        await File.WriteAllTextAsync(_keys, _issuer.Jwks, TestContext.Current.CancellationToken);
        for (var place = 0; place < 2; place++)
            _replicas.Add(new Replica($"http://127.0.0.1:{FreePort.Next()}", Settings));
        await Task.WhenAll(_replicas.Select(replica => replica.StartAsync()));
        await _balancer.StartAsync([.. _replicas.Select(replica => replica.Url)]);
    }

    public async ValueTask DisposeAsync()
    {
        await _balancer.DisposeAsync();
        foreach (var replica in _replicas)
            await replica.DisposeAsync();
        _http.Dispose();
        _issuer.Dispose();
        File.Delete(_keys);
    }

    [Fact]
    [Trait("Req", "JWT-10")]
    public async Task A_token_is_good_once_whichever_replica_it_comes_to()
    {
        for (var round = 0; round < 20; round++)
        {
            var token = Token();
            var answers = await Task.WhenAll(_replicas.Select(replica => PostAsync(replica.Url, Path, Call(), token)));
            Assert.Equal([200, 401], answers.Select(answer => answer.Status).Order());
        }
    }

    [Fact]
    public async Task What_was_overridden_at_one_is_held_back_at_both_and_a_comment_can_be_read_with_the_keys_of_either()
    {
        var (first, second) = (_replicas[0], _replicas[1]);
        var (_, shown) = await PostAsync(first.Url, Path, Call(), Token());
        var card = (string)Assert.Single(shown!["cards"]!.AsArray())!["uuid"]!;
        var feedback = $$"""{"feedback":[{"card":"{{card}}","outcome":"overridden","overrideReason":{"reason":{"code":"risk-benefit-ratio"},"userComment":"{{Comment}}"},"outcomeTimestamp":"{{Now:O}}"}]}""";

        var (status, _) = await PostAsync(second.Url, Path + "/feedback", feedback, Token(Path + "/feedback"));

        Assert.Equal(200, status);
        foreach (var replica in _replicas)
            await Eventually.TrueAsync(async () => (await PostAsync(replica.Url, Path, Call(), Token())).Body!["cards"]!.AsArray().Count == 0, () => "the card is held back");
        await Eventually.TrueAsync(async () => (await first.RunAsync("incident", card, "--comments")).Said.Contains(Comment, StringComparison.Ordinal), () => "the comment can be read");
        Assert.DoesNotContain(Comment, await AllTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "ERR-11")]
    public async Task Both_are_restarted_one_after_the_other_under_load_and_no_call_fails()
    {
        var answers = await UnderLoadAsync(async () =>
        {
            foreach (var replica in _replicas)
            {
                Assert.Equal(0, await replica.EndAsync());
                await replica.StartAsync();
            }
        });

        output.WriteLine($"{answers.Count} calls while both replicas were restarted: {string.Join(", ", answers.CountBy(answer => answer))}");
        Assert.Equal(["200 raised-high"], answers.Distinct());
    }

    [Fact]
    public async Task The_database_is_restarted_under_load_and_no_answer_is_wrong_or_lost()
    {
        var answers = await UnderLoadAsync(async () =>
        {
            await postgres.StopAsync();
            await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
            await postgres.StartAsync();
            await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        });

        output.WriteLine($"{answers.Count} calls while the database was restarted: {string.Join(", ", answers.CountBy(answer => answer))}");
        Assert.Equal(["200 raised-high"], answers.Distinct());
        await Eventually.TrueAsync(async () => await CountAsync("SELECT COUNT(*) FROM decisions") == answers.Count, () => $"{answers.Count} decisions are stored");
        Assert.Equal(0, await CountAsync("SELECT COUNT(*) FROM gaps"));
    }

    [Fact]
    [Trait("Req", "SEC-04")]
    public async Task The_numbers_of_the_database_name_no_secret_of_its_connection()
    {
        await PostAsync(_replicas[0].Url, Path, Call(), Token());
        var numbers = "";
        await Eventually.TrueAsync(
            async () => (numbers = await _http.GetStringAsync(new Uri($"http://127.0.0.1:{_replicas[0].Settings["HpdCds__MetricsPort"]}/metrics"), TestContext.Current.CancellationToken))
                .Contains("db_client_connection_pool_name=\"store\"", StringComparison.Ordinal),
            () => "the database is in the numbers");

        Assert.DoesNotContain(Secret, numbers, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, _replicas[0].Said, StringComparison.Ordinal);
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["HpdCds__PublicBaseUrl"] = TestIssuer.PublicBase,
        ["HpdCds__AuditKey"] = Convert.ToBase64String(new byte[32]),
        ["HpdCds__Store__Connection"] = $"{_store};Password={Secret};SSL Password={Secret}",
        ["HpdCds__MetricsPort"] = $"{FreePort.Next()}",
        ["HpdCds__Ehrs__0__Name"] = "hospital",
        ["HpdCds__Ehrs__0__Issuer"] = TestIssuer.Name,
        ["HpdCds__Ehrs__0__Keys__File"] = _keys,
        ["HpdCds__Ehrs__0__FhirBaseUrls__0"] = TestIssuer.Name,
        // While one replica restarts the other has the calls of both, as many as this machine can make.
        ["HpdCds__Ehrs__0__CallsPerSecond"] = "10000",
    };

    private string Token(string path = Path) => _issuer.Token(claims => claims["aud"] = TestIssuer.PublicBase + path, now: Now);

    // The results of the golden case, a few days old whenever this runs.
    private static string Call()
    {
        var request = GoldenCase.Named("differing-the-example-of-the-model").Request;
        var recent = Now.AddDays(-4).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return DayOfTheCase().Replace(request, recent);
    }

    private async Task<(int Status, JsonNode? Body)> PostAsync(Uri server, string path, string body, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server, path)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Host = "cds.example.org";
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text) : null);
    }

    /// <summary>Four clients call without a pause until the deed is done.</summary>
    private async Task<IReadOnlyCollection<string>> UnderLoadAsync(Func<Task> deed)
    {
        var (answers, isDone) = (new ConcurrentBag<string>(), false);
        var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!Volatile.Read(ref isDone))
                answers.Add(await DescribedAsync());
        })).ToArray();
        await deed();
        Volatile.Write(ref isDone, true);
        await Task.WhenAll(clients);
        return answers;
    }

    private async Task<string> DescribedAsync()
    {
        try
        {
            var (status, body) = await PostAsync(_balancer.Url, Path, Call(), Token());
            var band = body?["extension"]?["org.hpdcds.assessment"]?["band"];
            return $"{status} {band?["low"]}-{band?["high"]}";
        }
        catch (HttpRequestException failure)
        {
            return failure.Message;
        }
    }

    private async Task<long> CountAsync(string query)
    {
        await using var connection = new NpgsqlConnection(_store + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(query, connection);
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private async Task<string> AllTextAsync()
    {
        await using var connection = new NpgsqlConnection(_store + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("SELECT string_agg(feedback::text, ' ') FROM feedback", connection);
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    [GeneratedRegex("2026-1[01]-[0-9]{2}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DayOfTheCase();
}
