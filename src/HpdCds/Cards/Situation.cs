using HpdCds.Clinical;

namespace HpdCds.Cards;

/// <summary>What an assessment calls for (clinical model, section 6).</summary>
public enum Situation
{
    /// <summary>Nothing stands out: no card.</summary>
    None,

    /// <summary>A card of the indicator info.</summary>
    Info,

    /// <summary>A card of the indicator warning.</summary>
    Warning,

    /// <summary>Too little to assess: a card that says what is missing.</summary>
    Cannot,
}

public static class Situations
{
    public static Situation Of(RiskAssessment assessment)
    {
        ArgumentNullException.ThrowIfNull(assessment);
        if (!assessment.IsAssessable)
            return Situation.Cannot;
        if (assessment.BandWithUncodedAtLeast.High == Band.Baseline)
            return Situation.None;
        return assessment.Band is { Low: Band.High, High: Band.High } ? Situation.Warning : Situation.Info;
    }
}
