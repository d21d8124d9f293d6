using System.Collections.Immutable;

namespace HpdCds.Chart;

/// <summary>Whether anything may be said from a chart at all (clinical model, section 9, first paragraph).</summary>
public static class ChartVerdict
{
    /// <summary>412 applies: the Patient is another person, or every key but <c>patient</c> could not be read.</summary>
    public static bool SaysNothing(PatientChart chart)
    {
        ArgumentNullException.ThrowIfNull(chart);
        return chart.IsAnotherPatient
            || chart.Sources.Values.Where(source => source.Key != ChartKey.Patient).All(source => IsUnread(source.State));
    }

    /// <summary>For a client that hides other answers than 200: the same chart as if nothing had come, so that a card can say so.</summary>
    public static PatientChart Emptied(PatientChart chart)
    {
        ArgumentNullException.ThrowIfNull(chart);
        return !chart.IsAnotherPatient ? chart : chart with
        {
            Patient = null,
            Observations = [],
            Conditions = [],
            Medications = [],
            Procedures = [],
            Imaging = ChartImaging.None,
            Sources = chart.Sources.ToImmutableDictionary(
                pair => pair.Key, pair => pair.Value with { State = SourceState.Failed, NewestFirstDownTo = null }),
        };
    }

    public static IEnumerable<ChartKey> Unread(PatientChart chart)
    {
        ArgumentNullException.ThrowIfNull(chart);
        return chart.Sources.Values.Where(source => IsUnread(source.State)).Select(source => source.Key).Order();
    }

    private static bool IsUnread(SourceState state) => state is SourceState.NotSupplied or SourceState.NotAuthorised or SourceState.Failed;
}
