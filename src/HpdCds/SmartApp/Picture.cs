using System.Collections.Immutable;
using HpdCds.Cards;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Facts;
using HpdCds.Knowledge;
using HpdCds.Store;
using HpdCds.Trust;

namespace HpdCds.SmartApp;

/// <summary>What the page is asked to show.</summary>
/// <param name="Chart">As the launch read it, with its history (<see cref="FactRules.HistoryDays"/>).</param>
/// <param name="Recognition">The inhibitors in question; none where the launch does not tell of an order.</param>
/// <param name="Orders">The drafts in question as far as they are known; empty where only the names of their drugs are.</param>
public sealed record PictureRequest(
    PatientChart Chart, Recognition Recognition, ImmutableArray<ChartOrder> Orders, TrustedEhr Ehr, DateTimeOffset AsOf, string Language) : PatientData
{
    /// <summary>The server that was read; null for any of the EHR's.</summary>
    public FhirBase? Server { get; init; }

    /// <summary>Whether growth is shown too: then the chart was read for it.</summary>
    public bool ShowsGrowth { get; init; }

    /// <summary>Who the patient is; null where that may not be said.</summary>
    public PatientBanner? Banner { get; init; }

    /// <summary>Whether the EHR leaves it to the page to show the patient on a screen; on paper the page always does.</summary>
    public bool NeedsBanner { get; init; } = true;

    /// <summary>The page was opened from a card that is not known any more.</summary>
    public bool IsCardLost { get; init; }

    /// <summary>The decision behind the card from which the page was opened, of this patient; null without one.</summary>
    public Decision? Card { get; init; }
}

/// <summary>The verdict of a card about growth.</summary>
/// <param name="Rule">The definition that the hospital went by.</param>
/// <param name="Result">On the wire: <c>met</c>, <c>not-met</c> or <c>not-evaluable</c>.</param>
public sealed record GrowthOfCard(string Rule, string Result, DateTimeOffset At) : PatientData;

/// <summary>Which page it is.</summary>
public enum PictureKind
{
    /// <summary>Points and a band.</summary>
    Assessed,

    /// <summary>Too little was read for points and a band; what was read is shown.</summary>
    NotAssessable,

    /// <summary>It cannot be said which cancer the treatment is for.</summary>
    TumourUnknown,

    /// <summary>The first-dose models do not speak for this patient.</summary>
    OutOfScope,

    /// <summary>Nothing could be read.</summary>
    NoData,

    /// <summary>What was read is another patient's: nothing of it is shown.</summary>
    AnotherPatient,
}

/// <summary>The whole picture behind a card: all that the page shows, before it is put into words.</summary>
public sealed record Picture(PictureKind Kind, PictureRequest Request, KnowledgeBase Knowledge) : PatientData
{
    /// <summary>Why the models do not speak: <c>child</c>, <c>continuation</c>, <c>perioperative</c>, <c>haematological</c>; else null.</summary>
    public string? OutOfScope { get; init; }

    /// <summary>Null where nothing was read.</summary>
    public PatientReading? Reading { get; init; }

    /// <summary>What the chart alone makes of the regimen, where it is not that of the card; else null.</summary>
    public Regimen? RegimenOfChart { get; init; }

    /// <summary>Growth since the first dose; null where there was none, or the hospital does not have it shown.</summary>
    public GrowthSubject? Growth { get; init; }

    /// <summary>Why growth is not spoken of, where it would be shown; else null.</summary>
    public string? WhyNoGrowth { get; init; }

    /// <summary>What a card about growth said; null without one.</summary>
    public GrowthOfCard? GrowthOfCard { get; init; }

    /// <summary>Null unless a model speaks.</summary>
    public ModelTable? Table { get; init; }

    /// <summary>Null unless a model speaks.</summary>
    public RiskAssessment? Assessment { get; init; }

    /// <summary>What is different from the card; null without a card to compare with.</summary>
    public CardComparison? SinceCard { get; init; }

    /// <summary>Results over time, by what they measure.</summary>
    public ImmutableArray<Trend> Trends { get; init; } = [];

    /// <summary>Those of which there is nothing to draw.</summary>
    public ImmutableArray<Trend> Undrawn { get; init; } = [];

    /// <summary>What was begun in that time, oldest first.</summary>
    public ImmutableArray<TreatmentMark> Treatments { get; init; } = [];

    /// <summary>How many older ones of them there was no room for.</summary>
    public int TreatmentsLeftOut { get; init; }

    /// <summary>What was read, where no model speaks: the rows of every model, without points. Empty where one speaks.</summary>
    public ImmutableArray<FactorAssessment> Read { get; init; } = [];

    public Wording Wording => Knowledge.Wordings[Request.Language];
}
