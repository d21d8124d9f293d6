using HpdCds.Clinical;

namespace HpdCds.Hooks;

/// <summary>Where a patient stands with checkpoint inhibitors, as far as it decides which service speaks.</summary>
public enum TreatmentSituation
{
    /// <summary>None before, in sources that were read.</summary>
    FirstDose,

    /// <summary>The same inhibitor within the last half year.</summary>
    Continuation,

    /// <summary>Another inhibitor within the last half year.</summary>
    Switch,

    /// <summary>Any inhibitor, longer ago.</summary>
    Rechallenge,

    /// <summary>The sources could not all be read, and nothing was found in the others.</summary>
    Unknown,
}

/// <summary>The one table that says which of the two services speaks; never both (clinical model, section 4).</summary>
public static class WhoSpeaks
{
    /// <param name="exposure">Inhibitors before now.</param>
    /// <param name="ordered">What is being ordered; nothing where nothing is.</param>
    /// <param name="given">The inhibitors of the course so far.</param>
    public static TreatmentSituation SituationOf(Exposure exposure, IReadOnlyCollection<string> ordered, IReadOnlyCollection<string> given) => exposure switch
    {
        Exposure.None => TreatmentSituation.FirstDose,
        Exposure.Earlier => TreatmentSituation.Rechallenge,
        Exposure.Recent when ordered.Count == 0 || ordered.Any(given.Contains) => TreatmentSituation.Continuation,
        Exposure.Recent => TreatmentSituation.Switch,
        _ => TreatmentSituation.Unknown,
    };

    /// <summary>The service for which it is the situation to speak in.</summary>
    public static string ServiceFor(TreatmentSituation situation) => situation switch
    {
        TreatmentSituation.FirstDose or TreatmentSituation.Unknown => HookCatalogue.Risk,
        TreatmentSituation.Continuation or TreatmentSituation.Switch or TreatmentSituation.Rechallenge => HookCatalogue.Growth,
        _ => throw new ArgumentOutOfRangeException(nameof(situation)),
    };
}
