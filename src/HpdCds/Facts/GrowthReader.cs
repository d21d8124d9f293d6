using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>FHIR words in, growth out: pure, as <see cref="PatientFactsReader"/> is.</summary>
public sealed class GrowthReader(KnowledgeBase knowledge, DrugRecognition drugs)
{
    /// <param name="tumour">What the treatment is for, as on the wire: results that name another cancer are not of it.</param>
    public GrowthReading Read(PatientChart chart, ImmutableArray<ChartOrder> drafts, EhrReading ehr, DateTimeOffset asOf, string tumour)
    {
        ArgumentNullException.ThrowIfNull(ehr);
        var history = new TreatmentHistory(chart, drugs, knowledge.Rules, asOf, ehr.Zone, drafts);
        return new GrowthFacts(chart, knowledge, drugs, history, ehr, asOf, tumour).Read();
    }
}
