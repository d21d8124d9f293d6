using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>FHIR words in, growth out: pure, as <see cref="PatientFactsReader"/> is.</summary>
public sealed class GrowthReader(KnowledgeBase knowledge, DrugRecognition drugs)
{
    /// <param name="tumour">What the treatment is for, as on the wire: results that name another cancer are not of it.</param>
    public GrowthReading Read(PatientChart chart, ImmutableArray<ChartOrder> drafts, EhrReading ehr, DateTimeOffset asOf, string tumour, ReadingTrace? trace = null)
    {
        ArgumentNullException.ThrowIfNull(ehr);
        var history = new TreatmentHistory(chart, drugs, knowledge.Rules, asOf, ehr.Zone, drafts);
        var growth = new GrowthFacts(chart, knowledge, drugs, history, ehr, asOf, tumour).Read();
        growth = growth with { Preliminary = PreliminaryIn(chart, growth) };
        if (trace is not null)
            new GrowthTrace(chart, knowledge, ehr, asOf, tumour, trace).Tell(growth);
        return growth;
    }

    private static ImmutableHashSet<DateOnly> PreliminaryIn(PatientChart chart, GrowthReading growth)
    {
        var preliminary = chart.Observations.Where(observation => Results.RankOf(observation) == 0).Select(observation => observation.Reference).ToHashSet(StringComparer.Ordinal);
        return [.. growth.Scans.Where(scan => GrowthReading.SourcesOf(scan).Any(preliminary.Contains)).Select(scan => scan.Date)];
    }
}
