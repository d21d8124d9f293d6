using System.Diagnostics;
using HpdCds.Cards;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Trust;

namespace HpdCds.Telemetry;

/// <summary>What one call leaves in the numbers and on its span, once it is over.</summary>
internal static class CallSignals
{
    public const string Outcome = "hpdcds.outcome";

    internal const string None = "none";

    public static void Record(CallRecord record, string? ehr, int status, TimeSpan duration)
    {
        var (name, service, outcome) = (ehr ?? None, record.Service?.Id ?? None, record.Outcome(status));
        var mode = record.Mode is { } set ? Kebab.Case(set) : None;
        Signals.Calls.Record(
            duration.TotalSeconds,
            new TagList { { "ehr", name }, { "service", service }, { "hook", record.Request?.Hook ?? None }, { "mode", mode }, { "outcome", outcome }, { "status", status } });
        if (record.Recognition is { } recognition)
        {
            Signals.Recognitions.Add(1, Signals.Tag("ehr", name), Signals.Tag("outcome", AssessmentExtension.CodeOf(recognition.Outcome)));
            if (recognition.UnknownInhibitorNames > 0)
                Signals.UnknownNames.Add(recognition.UnknownInhibitorNames, Signals.Tag("ehr", name));
        }

        foreach (var source in record.Sources)
        {
            Signals.Sources.Add(
                1,
                new TagList { { "ehr", name }, { "key", ChartKeys.NameOf(source.Key) }, { "state", Kebab.Case(source.State) }, { "supplied", source.Supplied ? "yes" : "no" } });
        }

        if (record.WhyNotRead is { } why)
            Signals.NotRead.Add(1, Signals.Tag("ehr", name), Signals.Tag("reason", why));
        if (record.Feedback is { } items)
            Signals.Feedback.Add(items, Signals.Tag("ehr", name));
        if (record.Assessment is { Model: { } model } found)
            Assessed(found, model, record, name, mode);
        Mark(record.Feedback is null ? $"POST {service}" : $"POST {service} feedback", name, outcome, status, service);
    }

    private static void Assessed(AssessmentExtension found, string model, CallRecord record, string ehr, string mode)
    {
        Signals.Assessments.Add(1, new TagList
        {
            { "ehr", ehr },
            { "model", model },
            { "band_low", found.BandLow ?? None },
            { "band_high", found.BandHigh ?? None },
            { "indicator", record.IsRepeat ? "repeat" : record.Answer?.Cards is [var card, ..] ? card.Indicator : None },
            { "mode", mode },
        });
        foreach (var row in found.Factors)
        {
            if (row is { State: FactState.Unknown, Factor.IsCore: true })
                Signals.Unknowns.Add(1, Signals.Tag("model", model), Signals.Tag("fact", row.Factor.Id), Signals.Tag("reason", row.Reason?.Code() ?? None));
        }
    }

    /// <summary>The web framework's own span says when a call came and went; what it was is ours to say.</summary>
    /// <param name="service">Null where it is none of the hooks'.</param>
    internal static void Mark(string name, string ehr, string outcome, int status, string? service = null)
    {
        if (Activity.Current is not { IsAllDataRequested: true } span)
            return;
        span.DisplayName = name;
        span.SetTag("http.response.status_code", status).SetTag("hpdcds.ehr", ehr).SetTag("hpdcds.service", service).SetTag(Outcome, outcome);
        if (status >= StatusCodes.Status500InternalServerError)
            span.SetStatus(ActivityStatusCode.Error);
    }
}
