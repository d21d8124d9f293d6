using System.Text;
using System.Text.RegularExpressions;
using HpdCds.Explain;
using HpdCds.Hooks;
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
        _service = HpdCdsService.Build([], builder => builder.Logging.ClearProviders());
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task The_chart_of_every_golden_case_is_assessed_again_to_the_byte()
    {
        var (saved, withoutChart) = (0, 0);
        foreach (var golden in GoldenCase.All.Where(golden => golden.Settings.Count == 0 && golden.Fhir is null && (int)golden.Expected["status"]! == 200))
        {
            if ((await ExplainAsync(golden.Request)).Chart is not { } chart)
            {
                withoutChart++;
                continue;
            }

            var anonymous = Explainer.WithoutIdentity(chart);
            Assert.True(anonymous is not null, $"{golden.Name} would be assessed otherwise");
            var read = SavedChart.Parse(anonymous.ToJson());
            Assert.True(read.IsAssessedAs(Explainer.Replay(read).Chart!.Assessment), golden.Name);
            saved++;
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{saved} charts saved and assessed again; {withoutChart} answers needed none.");
        Assert.InRange(saved, 250, int.MaxValue);
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

    private Explainer Explainer => _service.Services.GetRequiredService<Explainer>();

    private Task<Explanation> ExplainAsync(string request) =>
        Explainer.ExplainAsync(Encoding.UTF8.GetBytes(request), [], CaseServers.AsOf, TestContext.Current.CancellationToken);

    [GeneratedRegex("\"id\": \"(?<id>[A-Za-z0-9.-]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ids();

    [GeneratedRegex("\"(?<type>[A-Z][A-Za-z]+)/(?<id>[A-Za-z0-9.-]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex References();
}
