using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Explain;
using HpdCds.Knowledge;
using HpdCds.Tests.Cases;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HpdCds.Tests.Explain;

/// <summary>A chart in a file: nobody's, and assessed as it was.</summary>
public sealed partial class SavedChartTests : IAsyncLifetime
{
    private WebApplication _service = null!;

    public ValueTask InitializeAsync()
    {
        _service = HpdCdsService.Build(["--environment=Development"], builder => builder.Logging.ClearProviders());
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task The_chart_of_every_golden_case_is_assessed_again_to_the_byte()
    {
        var (saved, withoutChart, refused) = (0, 0, new List<string>());
        foreach (var golden in GoldenCase.All.Where(golden => golden.Settings.Count == 0 && golden.Fhir is null && (int)golden.Expected["status"]! == 200))
        {
            if ((await ExplainAsync(golden.Request)).Chart is not { } chart)
            {
                withoutChart++;
                continue;
            }

            var anonymous = Explainer.WithoutIdentity(chart);
            if (anonymous is null)
            {
                refused.Add(golden.Name);
                continue;
            }

            var read = SavedChart.Parse(anonymous.ToJson());
            Assert.True(read.IsAssessedAs(Explainer.Replay(read).Chart!.Assessment), golden.Name);
            saved++;
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{saved} charts saved and assessed again; {withoutChart} answers needed none; not savable: {string.Join(", ", refused)}.");
        Assert.Empty(refused);
        Assert.InRange(saved, 250, int.MaxValue);
    }

    [Fact]
    public async Task The_chart_of_every_golden_case_of_growth_is_judged_again_to_the_byte()
    {
        var refused = new List<string>();
        var saved = 0;
        foreach (var golden in GoldenCase.OfGrowth.Where(golden => golden.Fhir is null && (int)golden.Expected["status"]! == 200))
        {
            if ((await ExplainAsync(golden.Request, "hpd-growth")).Chart is not { } chart)
                continue;
            if (Explainer.WithoutIdentity(chart)?.ToJson() is not { } anonymous)
            {
                refused.Add(golden.Name);
                continue;
            }

            Assert.DoesNotContain("pat-1", anonymous, StringComparison.Ordinal);
            var read = SavedChart.Parse(anonymous);
            Assert.True(read.IsAssessedAs(Explainer.Replay(read).Chart!.Assessment), golden.Name);
            saved++;
        }

        Assert.Empty(refused);
        Assert.InRange(saved, 20, int.MaxValue);
    }

    [Fact]
    public async Task Nothing_that_names_the_patient_or_dates_the_care_is_in_the_file()
    {
        var golden = GoldenCase.Named("pvtt-in-words-is-ambiguous");
        var marked = Ids().Replace(golden.Request, "\"id\": \"canary-${id}\"");
        marked = References().Replace(marked, "\"${type}/canary-${id}\"").Replace("\"patientId\": \"", "\"patientId\": \"canary-", StringComparison.Ordinal);
        marked = marked.Replace("thrombus, left", "thrombus (Mrs Canary Smith, MRN 55501234, seen 2026-10-11), left", StringComparison.Ordinal);

        var anonymous = Explainer.WithoutIdentity((await ExplainAsync(marked)).Chart!)!.ToJson();

        Assert.Contains("tumor thrombus", anonymous, StringComparison.Ordinal);
        foreach (var mark in (string[])["canary", "smith", "55501234", "2026-1", "MRN"])
            Assert.DoesNotContain(mark, anonymous, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_word_in_place_of_a_unit_or_of_the_edition_of_a_stage_is_not_in_the_file()
    {
        var request = JsonNode.Parse(GoldenCase.Named("none-all-known-and-below").Request)!;
        var afp = request["prefetch"]!["markers"]!["entry"]![0]!["resource"]!;
        afp["valueQuantity"] = new JsonObject { ["value"] = 12, ["unit"] = "Muellermann" };
        var chart = (await ExplainAsync(request.ToJsonString())).Chart!;
        chart = chart with { Chart = chart.Chart with { Observations = [.. chart.Chart.Observations, Staged] } };

        var anonymous = new DeIdentification(_service.Services.GetRequiredService<KnowledgeBase>(), -500).Of(chart).ToJson();

        Assert.All(["Muellermann", "Smith"], name => Assert.DoesNotContain(name, anonymous, StringComparison.OrdinalIgnoreCase));
        Assert.Contains("\"version\": \"8\"", anonymous, StringComparison.Ordinal);
        Assert.Contains("\"unit\": \"U/L\"", anonymous, StringComparison.Ordinal);
    }

    private static ChartObservation Staged => ((ChartObservation)Fill(typeof(ChartObservation))!) with
    {
        Value = new ChartValue.Concept(new([new(CodeSystems.Ajcc, "3", Display: null) { Version = "8-Smith" }, new("http://loinc.org", "LA3", Display: null) { Version = "Smith" }], Text: null)),
    };

    /// <summary>A member that is added to a record later and forgotten here would let its text through.</summary>
    [Fact]
    public void No_text_of_any_member_of_any_record_passes_as_it_came()
    {
        var filled = (SavedChart)Fill(typeof(SavedChart))!;
        var marked = filled with { Chart = filled.Chart with { Observations = [.. ValueKinds().Select(value => filled.Chart.Observations[0] with { Value = value })] } };

        var anonymous = new DeIdentification(_service.Services.GetRequiredService<KnowledgeBase>(), -500).Of(marked) with { Assessment = [], Knowledge = "", TimeZone = "" };

        Assert.DoesNotContain("Canary", anonymous.ToJson(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("2026-10-11", anonymous.ToJson(), StringComparison.Ordinal);
    }

    private static IEnumerable<ChartValue> ValueKinds() => typeof(ChartValue).GetNestedTypes().Select(type => (ChartValue)Fill(type)!);

    private static object? Fill(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return Fill(inner);
        if (type == typeof(string))
            return "Mrs Canary Smith";
        if (type == typeof(ClinicalTime))
            return ClinicalTime.At(new(2026, 10, 11, 8, 0, 0, TimeSpan.Zero));
        if (type == typeof(DateTimeOffset))
            return new DateTimeOffset(2026, 10, 11, 8, 0, 0, TimeSpan.Zero);
        if (type == typeof(ChartValue))
            return Fill(typeof(ChartValue.Text));
        if (type == typeof(JsonObject))
            return new JsonObject();
        if (type.IsValueType && !type.IsGenericType)
            return Activator.CreateInstance(type);
        if (type.IsGenericType)
            return FillGeneric(type);
        var made = type.GetConstructors().OrderByDescending(constructor => constructor.GetParameters().Length).First() is var constructor
            ? constructor.Invoke([.. constructor.GetParameters().Select(parameter => Fill(parameter.ParameterType))])
            : null;
        foreach (var property in type.GetProperties().Where(property => property.CanWrite))
            property.SetValue(made, Fill(property.PropertyType));
        return made;
    }

    private static object FillGeneric(Type type)
    {
        var arguments = type.GetGenericArguments();
        if (type.GetGenericTypeDefinition() == typeof(ImmutableDictionary<,>))
            return ImmutableDictionary<ChartKey, ChartSource>.Empty.Add(ChartKey.Cbc, (ChartSource)Fill(typeof(ChartSource))!);
        var array = Array.CreateInstance(arguments[0], 1);
        array.SetValue(Fill(arguments[0]), 0);
        return typeof(ImmutableArray).GetMethods().Single(method => method is { Name: "Create", IsGenericMethod: true } && method.GetParameters() is [{ ParameterType.IsArray: true }])
            .MakeGenericMethod(arguments[0]).Invoke(null, [array])!;
    }

    private Explainer Explainer => _service.Services.GetRequiredService<Explainer>();

    private Task<Explanation> ExplainAsync(string request, string service = "hpd-risk") =>
        Explainer.ExplainAsync(Encoding.UTF8.GetBytes(request), [], CaseServers.AsOf, TestContext.Current.CancellationToken, service);

    [GeneratedRegex("\"id\": \"(?<id>[A-Za-z0-9.-]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ids();

    [GeneratedRegex("\"(?<type>[A-Z][A-Za-z]+)/(?<id>[A-Za-z0-9.-]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex References();
}
