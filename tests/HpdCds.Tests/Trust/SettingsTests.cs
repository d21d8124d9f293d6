extern alias JsonSchemaNet;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;
using HpdCds.Tests.Hooks;
using HpdCds.Trust;
using JsonSchemaNet::Json.Schema;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace HpdCds.Tests.Trust;

public sealed class SettingsTests
{
    private static readonly string SchemaFile = Path.Combine(GoldenCase.RepositoryRoot(), "src", "HpdCds", "appsettings.schema.json");

    [Fact]
    [Trait("Req", "SEC-22")]
    public void Everything_wrong_in_the_settings_is_listed_at_once()
    {
        var error = Refused(new()
        {
            ["MaxBodyBytes"] = "1",
            ["AuditKey"] = "c2VjcmV0LXNlY3JldA==",
            ["PublicBaseUrl"] = "https://CDS.example.org/",
            ["Ehrs:0:FhirBaseUrls:0"] = "http://ehr.example/fhir",
            ["Ehrs:0:FhirBaseUrls:1"] = "https://ehr.example/fhir?x",
            ["Ehrs:0:AllowPrivateAddresses:0"] = "http://ehr",
            ["Ehrs:0:CorsOrigins:0"] = "*",
            ["Ehrs:0:CorsOrigins:1"] = "http://ehr.example",
            ["Ehrs:0:TimeZone"] = "Mars/Olympus",
            ["Ehrs:0:Language"] = "xx",
            ["Ehrs:0:NotAssessable"] = "maybe",
            ["Ehrs:0:Quirks"] = "odd",
            ["Ehrs:0:Registration"] = "half",
            ["Ehrs:0:IndicatorCeiling"] = "critical",
            ["Ehrs:0:Services:hpd-risk"] = "loud",
            ["Ehrs:0:Services:other"] = "live",
            ["Ehrs:0:CallsPerSecond"] = "0",
            ["Ehrs:0:Tenants:0"] = "t",
            ["Ehrs:1:Name"] = "b",
            ["Ehrs:1:FhirBaseUrls:0"] = "https://same.example/fhir",
            ["Ehrs:2:Name"] = "c",
            ["Ehrs:2:FhirBaseUrls:0"] = "https://SAME.example:443/fhir/",
            ["Ehrs:3:Name"] = "c",
            ["Ehrs:3:Issuer"] = "https://iss.example",
            ["Ehrs:3:MaxTokenLifetime"] = "2.00:00:00",
            ["Ehrs:3:ClockSkew"] = "00:01:01",
            ["Ehrs:3:Algorithms:0"] = "HS256",
            ["Ehrs:3:Audiences:0"] = "https://*",
            ["Ehrs:3:FhirBaseUrls:0"] = "https://iss.example/fhir",
            ["Ehrs:4:Name"] = "d",
            ["Ehrs:4:Issuer"] = "https://iss.example",
            ["Ehrs:4:Keys:Url"] = "http://keys.example/jwks",
            ["Ehrs:4:Keys:File"] = "no-such-file.json",
            ["Ehrs:4:FhirBaseUrls:0"] = "https://iss2.example/fhir",
        });

        string[] wanted =
        [
            "MaxBodyBytes", "AuditKey", "PublicBaseUrl must be", "Ehrs:0:Name", "must be https", "without user", "AllowPrivateAddresses:0", "CorsOrigins:0", "CorsOrigins:1",
            "Mars/Olympus", "Language", "NotAssessable", "Quirks", "Registration", "IndicatorCeiling", "Services:hpd-risk", "'other'", "CallsPerSecond", "Tenants and Audiences",
            "listed more than once", "stands twice", "Issuer and Keys", "MaxTokenLifetime", "ClockSkew", "'HS256'", "wildcard", "Keys:Url must be", "exclude each other",
            "Keys:File cannot", "every entry needs an Issuer", "Tenants of their own", "must agree",
        ];
        Assert.All(wanted, wrong => Assert.Contains(wrong, error, StringComparison.Ordinal));
        Assert.DoesNotContain("c2VjcmV0", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Ehrs:0:Teants:0", "a", "Ehrs:0:Teants is not a setting")]
    [InlineData("MaxBodyBytes", "hunter2", "MaxBodyBytes is not a number")]
    [InlineData("DiscoveryNeedsToken", "hunter2", "DiscoveryNeedsToken is not a true or false")]
    [InlineData("ReadTimeout", "hunter2", "ReadTimeout is not a time span")]
    [InlineData("Ehrs:0:Tenants", "hunter2", "Ehrs:0:Tenants is one value where several are expected")]
    [InlineData("Ehrs", "hunter2", "Ehrs is one value where several are expected")]
    public void A_name_that_nobody_reads_or_a_value_of_another_kind_is_a_fault_told_without_the_value(string name, string value, string fault)
    {
        var error = Refused(new() { ["Ehrs:0:Name"] = "a", ["Ehrs:0:FhirBaseUrls:0"] = "https://a.example", [name] = value });

        Assert.Contains("HpdCds:" + fault, error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Req", "SEC-04")]
    [InlineData("PublicBaseUrl")]
    [InlineData("Ehrs:0:Issuer")]
    [InlineData("Ehrs:0:Audiences:0")]
    [InlineData("Ehrs:0:Keys:Url")]
    [InlineData("Ehrs:0:Keys:AllowedJku:0")]
    [InlineData("Ehrs:0:FhirBaseUrls:0")]
    [InlineData("Ehrs:0:CorsOrigins:0")]
    [InlineData("Ehrs:0:AllowPrivateAddresses:0")]
    [InlineData("Reports:Authority")]
    public void An_address_with_a_password_is_a_fault_told_by_name_alone(string name)
    {
        var settings = Usable();
        settings["Reports:Audience"] = "reports";

        foreach (var written in new[] { "https://alice:hunter2@ehr.example.org", "https://alice:hunter2 @ehr.example.org" })
        {
            settings[name] = written;
            var error = Refused(settings);
            Assert.Contains("HpdCds:" + name.TrimEnd('0', ':'), error, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
            Assert.DoesNotContain("alice", error, StringComparison.Ordinal);
        }
    }

    /// <summary>Settings with which the service starts in production.</summary>
    private static Dictionary<string, string?> Usable() => new(StringComparer.Ordinal)
    {
        ["PublicBaseUrl"] = "https://cds.example.org",
        ["Ehrs:0:Name"] = "ehr",
        ["Ehrs:0:Issuer"] = "https://ehr.example.org",
        ["Ehrs:0:Keys:Url"] = "https://ehr.example.org/jwks.json",
        ["Ehrs:0:FhirBaseUrls:0"] = "https://ehr.example.org/fhir",
    };

    public static TheoryData<string, string, string> ProductionSwitches => new()
    {
        { "Ehrs:0:Issuer", "https://sandbox.cds-hooks.org", "public sandbox" },
        { "Ehrs:0:Issuer", "https://SANDBOX.cds-hooks.org/", "public sandbox" },
        { "Ehrs:0:CorsOrigins:0", "*", "explicit origin" },
        { "Ehrs:0:FhirBaseUrls:0", "http://ehr.example.org/fhir", "must be https" },
        { "Ehrs:0:FhirBaseUrls:0", "http://localhost:8080/fhir", "plain http" },
        { "Ehrs:0:Quirks", "sandbox", "Quirks may not be sandbox" },
        { "Ehrs:0:Issuer", null!, "needs an Issuer" },
    };

    [Theory]
    [Trait("Req", "SEC-22")]
    [Trait("Req", "JWT-18")]
    [Trait("Req", "CORS-01")]
    [Trait("Req", "TR-01")]
    [MemberData(nameof(ProductionSwitches))]
    public void In_production_the_service_does_not_start_with_what_is_meant_for_building(string name, string? value, string fault)
    {
        var settings = Usable();
        using (Build(settings, "Production"))
        {
        }

        settings[name] = value;
        if (value is null)
            settings.Remove("Ehrs:0:Keys:Url");

        Assert.Contains(fault, Assert.Throws<InvalidSettingsException>(() => Build(settings, "Production")).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "JWT-18")]
    public void While_building_the_public_sandbox_may_call()
    {
        using var app = Build(
            new(StringComparer.Ordinal)
            {
                ["PublicBaseUrl"] = "https://cds.example.org",
                ["Ehrs:0:Name"] = "public-sandbox",
                ["Ehrs:0:Issuer"] = "https://sandbox.cds-hooks.org",
                ["Ehrs:0:Quirks"] = "sandbox",
                ["Ehrs:0:Keys:AllowedJku:0"] = "https://sandbox.cds-hooks.org/.well-known/jwks.json",
                ["Ehrs:0:FhirBaseUrls:0"] = "https://launch.smarthealthit.org/v/r4/fhir",
            },
            "Development");

        Assert.NotNull(app);
    }

    [Theory]
    [Trait("Req", "SEC-22")]
    [InlineData("Production")]
    [InlineData("Staging")]
    public void Only_while_building_is_nobody_asked_who_they_are(string environment) =>
        Assert.Contains("every entry needs an Issuer", Assert.Throws<InvalidSettingsException>(() => Build([], environment)).Message, StringComparison.Ordinal);

    [Theory]
    [Trait("Req", "JWT-18")]
    [InlineData("Ehrs:0:Issuer", "http://sandbox.cds-hooks.org")]
    [InlineData("Ehrs:0:Keys:Url", "https://sandbox.cds-hooks.org/.well-known/jwks.json")]
    [InlineData("Ehrs:0:Keys:AllowedJku:0", "https://SANDBOX.cds-hooks.org./keys")]
    public void The_public_sandbox_gets_in_by_no_other_name(string name, string value)
    {
        var settings = Usable();
        settings[name] = value;

        Assert.Contains("public sandbox", Refused(settings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BodyTimeout", "10", "means days")]
    [InlineData("Ehrs:0:CallsPerSecond", "1073741824", "between 1 and 100000")]
    [InlineData("Ehrs:0:TimeZone", null, "TimeZone is null")]
    [InlineData("Ehrs:0:Audiences:0", null, "Audiences:0 is null")]
    [InlineData("MetricsAddress", "metrics.example.org", "MetricsAddress must be an IP address")]
    public void A_value_beyond_reason_or_none_is_a_fault_with_its_name(string name, string? value, string fault)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Ehrs:0:Name"] = "ehr", ["Ehrs:0:FhirBaseUrls:0"] = "https://ehr.example.org/fhir", [name] = value };

        Assert.Contains(fault, Refused(settings), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "SEC-22")]
    public async Task Where_nobody_is_asked_who_they_are_nobody_outside_this_machine_is_served()
    {
        await using var app = HpdCdsService.Build(["--urls", "http://0.0.0.0:0", "--environment=Development"]);

        await Assert.ThrowsAnyAsync<Exception>(() => app.StartAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task With_an_issuer_the_service_listens_to_everybody()
    {
        await using var app = HpdCdsService.Build(["--urls", "http://0.0.0.0:0"], builder => builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["HpdCds:PublicBaseUrl"] = "https://cds.example.org",
            ["HpdCds:Ehrs:0:Name"] = "ehr",
            ["HpdCds:Ehrs:0:Issuer"] = "https://ehr.example.org",
            ["HpdCds:Ehrs:0:Keys:Url"] = "https://ehr.example.org/jwks.json",
            ["HpdCds:Ehrs:0:FhirBaseUrls:0"] = "https://ehr.example.org/fhir",
        }));

        await app.StartAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("http://0.0.0.0:", app.Urls.Single(), StringComparison.Ordinal);
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("http://127.0.0.1:0;http://[::1]:0", null, "http://localhost:")]
    [InlineData("http://0.0.0.0:0", null, "http://[::]:")]
    [InlineData("http://127.0.0.1:0;http://0.0.0.0:0", null, "http://[::]:")]
    [InlineData("http://0.0.0.0:0", "127.0.0.1", "http://127.0.0.1:")]
    [InlineData("http://127.0.0.1:0", "0.0.0.0", "http://0.0.0.0:")]
    [InlineData("http://127.0.0.1:0", "::", "http://[::]:")]
    public async Task The_operators_port_is_open_where_EHRs_are_listened_to_unless_an_address_is_set(string urls, string? address, string expected)
    {
        var port = FreePort.Next();
        await using var app = HpdCdsService.Build(["--urls", urls], builder => builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["HpdCds:PublicBaseUrl"] = "https://cds.example.org",
            ["HpdCds:MetricsPort"] = $"{port}",
            ["HpdCds:MetricsAddress"] = address,
            ["HpdCds:Ehrs:0:Name"] = "ehr",
            ["HpdCds:Ehrs:0:Issuer"] = "https://ehr.example.org",
            ["HpdCds:Ehrs:0:Keys:Url"] = "https://ehr.example.org/jwks.json",
            ["HpdCds:Ehrs:0:FhirBaseUrls:0"] = "https://ehr.example.org/fhir",
        }));

        await app.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal($"{expected}{port}", app.Urls.Single(url => url.EndsWith($":{port}", StringComparison.Ordinal)));
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void The_schema_of_the_settings_file_says_what_the_code_reads()
    {
        var schema = JsonNode.Parse(File.ReadAllText(SchemaFile))!;

        AssertMatches(schema["properties"]!["HpdCds"]!, typeof(SiteSettings), schema, "HpdCds");
    }

    [Fact]
    public async Task The_shipped_settings_keep_to_the_schema()
    {
        var schema = JsonSchema.FromFile(SchemaFile);
        var shipped = await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(SchemaFile)!, "appsettings.json"), TestContext.Current.CancellationToken);

        Assert.True(schema.Evaluate(JsonNode.Parse(shipped)).IsValid);
        Assert.False(schema.Evaluate(JsonNode.Parse("""{"HpdCds":{"Ehrs":[{"Name":"a","FhirBaseUrls":["https://a.example"],"Teants":["x"]}]}}""")).IsValid);
    }

    private static void AssertMatches(JsonNode schema, Type type, JsonNode root, string place)
    {
        if (schema["$ref"] is { } reference)
            schema = root["definitions"]![((string)reference!)["#/definitions/".Length..]]!;
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).ToDictionary(property => property.Name, StringComparer.Ordinal);
        Assert.Equal(JsonValueKind.False, schema["additionalProperties"]?.GetValueKind());
        Assert.Equal(properties.Keys.Order(StringComparer.Ordinal), schema["properties"]!.AsObject().Select(pair => pair.Key).Order(StringComparer.Ordinal));
        foreach (var (name, property) in properties)
        {
            var described = schema["properties"]![name]!;
            Assert.False(string.IsNullOrWhiteSpace((string?)described["description"]), $"{place}:{name} has no description");
            AssertType(described, property.PropertyType, root, $"{place}:{name}");
        }
    }

    private static void AssertType(JsonNode described, Type type, JsonNode root, string place)
    {
        var word = (string?)described["type"];
        switch (type)
        {
            case var list when list.IsGenericType && list.GetGenericTypeDefinition() == typeof(IList<>):
                Assert.Equal("array", word);
                AssertType(described["items"]!, list.GetGenericArguments()[0], root, place);
                break;
            case var pairs when pairs.IsGenericType && pairs.GetGenericTypeDefinition() == typeof(IDictionary<,>):
                Assert.Equal("object", word);
                break;
            case var plain when plain == typeof(string) || plain == typeof(TimeSpan):
                Assert.True(word == "string", place);
                break;
            case var truth when truth == typeof(bool):
                Assert.Equal("boolean", word);
                break;
            case var share when share == typeof(double):
                Assert.Equal("number", word);
                break;
            case var number when number == typeof(int) || number == typeof(int?):
                Assert.Equal("integer", word);
                break;
            default:
                AssertMatches(described, type, root, place);
                break;
        }
    }

    private static string Refused(Dictionary<string, string?> settings) =>
        Assert.Throws<InvalidSettingsException>(() => Build(settings, "Production")).Message;

    private static Built Build(Dictionary<string, string?> settings, string environment) => new Built(HpdCdsService.Build(
        ["--environment", environment],
        builder => builder.Configuration.AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create("HpdCds:" + pair.Key, pair.Value)))));

    private sealed record Built(WebApplication App) : IDisposable
    {
        public void Dispose() => ((IDisposable)App).Dispose();
    }
}
