using System.Collections.Immutable;
using HpdCds.Cards;
using HpdCds.Chart;
using HpdCds.Facts;
using HpdCds.Hooks;

namespace HpdCds.Trust;

/// <summary>What becomes known about one call while it is answered, for the audit. It holds a patient's id until then.</summary>
public sealed class CallRecord
{
    /// <summary>Why nothing of the patient counts where the EHR sent somebody else.</summary>
    public const string AnotherPatient = "another-patient";

    public CataloguedService? Service { get; set; }

    public TrustedEhr? Ehr { get; set; }

    public ServiceMode? Mode { get; set; }

    public HookRequest? Request { get; set; }

    /// <summary>What was read, in the order of the keys.</summary>
    public ImmutableArray<ChartSource> Sources { get; set; } = [];

    /// <summary>What was found, also where it was not shown.</summary>
    public HookResponse? Answer { get; set; }

    public Recognition? Recognition { get; set; }

    /// <summary>Stands for the patient together with everything that was found; null where nothing was shown or found.</summary>
    public string? RepeatKey { get; set; }

    /// <summary>The card is held back: the same was overridden of late.</summary>
    public bool IsRepeat { get; set; }

    /// <summary>What the card's link carries, by which a launch finds this decision; null without a link.</summary>
    public string? AppContext { get; set; }

    /// <summary>Why nothing of the patient could be read; null where something was, or nothing had to be.</summary>
    public string? WhyNotRead { get; set; }

    /// <summary>How long the chart was read.</summary>
    public TimeSpan? ChartTook { get; set; }

    /// <summary>How long it took from the chart to the answer.</summary>
    public TimeSpan? AssessmentTook { get; set; }

    /// <summary>How many items of feedback came; null for a hook.</summary>
    public int? Feedback { get; set; }

    public AssessmentExtension? Assessment => Answer?.Extension?.Assessment;

    // A view orders nothing: what counts is what was found.
    private bool IsOfView => Service?.Name == HookCatalogue.Growth && !HookCatalogue.IsOfOrders(Request?.Hook ?? "");

    private string OutcomeOf(AssessmentExtension found) => found.OutOfScope is { } why ? $"out-of-scope-{why}"
        : found.IsAssessable != true ? "not-assessable"
        : Answer!.Cards.Count > 0 ? "card" : "nothing-stands-out";

    public static CallRecord Of(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Features.Get<CallRecord>() is { } known)
            return known;
        var record = new CallRecord();
        context.Features.Set(record);
        return record;
    }

    /// <summary>One word for what happened.</summary>
    public string Outcome(int status)
    {
        if (status != StatusCodes.Status200OK)
            return status == StatusCodes.Status412PreconditionFailed ? "not-read" : "refused";
        if (Feedback is not null)
            return "feedback";
        if (Mode == ServiceMode.Off)
            return "off";
        return Assessment switch
        {
            null => "unknown",
            { Recognition.Outcome: not RecognitionOutcome.Inhibitor } found when !IsOfView => $"order-{found.RecognitionCode}",
            var found => OutcomeOf(found),
        };
    }
}
