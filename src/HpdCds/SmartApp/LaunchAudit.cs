using HpdCds.Knowledge;
using HpdCds.Trust;

namespace HpdCds.SmartApp;

/// <summary>One event for each time that a picture is looked at, in the log of the audit: who is known by pseudonyms only.</summary>
internal sealed partial class LaunchAudit(Pseudonyms pseudonyms, KnowledgeBase knowledge, ILoggerFactory logs)
{
    private readonly ILogger _log = logs.CreateLogger(Audit.Category);

    public void Write(string step, string outcome, TrustedEhr ehr, OpenLaunch launch, PictureRequest? request)
    {
        // Of the launch and never of the card, so that one patient has one name whether or not there is a card.
        var hospital = new Hospital(ehr.Name, launch.Tenant ?? "");
        Launched(
            _log,
            step,
            Clinical.Kebab.Case(outcome),
            ehr.Name,
            pseudonyms.Patient(hospital, launch.PatientId),
            launch.User is { } user ? pseudonyms.Patient(hospital, user) : null,
            request?.Card?.Card,
            Audit.Version,
            knowledge.Hash);
    }

    [LoggerMessage(LogLevel.Information, "smart-{Step} {Outcome} {Ehr} {Patient} {User} {Cards} {Version} {Knowledge}")]
    private static partial void Launched(ILogger log, string step, string outcome, string ehr, string patient, string? user, string? cards, string version, string knowledge);
}
