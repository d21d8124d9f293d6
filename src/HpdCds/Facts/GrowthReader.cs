using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>FHIR words in, growth out: pure, as <see cref="PatientFactsReader"/> is.</summary>
public sealed class GrowthReader(KnowledgeBase knowledge, DrugRecognition drugs)
{
    public GrowthReading Read(PatientChart chart, ImmutableArray<ChartOrder> drafts, EhrReading ehr, DateTimeOffset asOf)
    {
        ArgumentNullException.ThrowIfNull(ehr);
        var history = new TreatmentHistory(chart, drugs, knowledge.Rules, asOf, ehr.Zone, drafts);
        return new GrowthFacts(chart, knowledge, drugs, history, ehr, asOf).Read();
    }
}
