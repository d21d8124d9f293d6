using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Trust;

namespace HpdCds.Hooks;

/// <summary>One callable address of a service: its place on the wire and the hooks that it answers.</summary>
/// <param name="Name">The service behind it: what a site enables or switches off, at all addresses at once.</param>
public sealed record CataloguedService(string Name, string Document, string Id, ImmutableArray<string> Hooks, bool IsLean)
{
    public bool Answers(string hook) => Hooks.Contains(hook, StringComparer.Ordinal);
}

/// <summary>
/// Everything that we offer. The three documents are one service: <c>/cds-services</c> lets a later hook replace the
/// cards of an earlier one; <c>/by-hook</c> serves clients that keep one entry per address; <c>/lean</c> asks for the
/// patient only, and reads the rest with the token once the drug is known to matter.
/// </summary>
public sealed class HookCatalogue(PrefetchTable prefetch)
{
    public const string OrderSelect = "order-select";
    public const string OrderSign = "order-sign";
    public const string PatientView = "patient-view";
    public const string EncounterStart = "encounter-start";

    /// <summary>Risk before the first dose.</summary>
    public const string Risk = "hpd-risk";

    /// <summary>Growth after it; off where nobody lists it.</summary>
    public const string Growth = "hpd-growth";

    public static readonly ImmutableArray<string> Documents = ["", "/by-hook", "/lean"];

    /// <summary>What an EHR may call that lists no services.</summary>
    public static readonly ImmutableArray<string> OnByDefault = [Risk];

    public static readonly ImmutableArray<CataloguedService> Services =
    [
        new(Risk, "", Risk, [OrderSelect, OrderSign], IsLean: false),
        new(Risk, "/by-hook", "hpd-risk-order-select", [OrderSelect], IsLean: false),
        new(Risk, "/by-hook", "hpd-risk-order-sign", [OrderSign], IsLean: false),
        new(Risk, "/lean", Risk, [OrderSelect, OrderSign], IsLean: true),
        new(Growth, "", Growth, [OrderSelect, OrderSign, PatientView, EncounterStart], IsLean: false),
        new(Growth, "/by-hook", "hpd-growth-order-select", [OrderSelect], IsLean: false),
        new(Growth, "/by-hook", "hpd-growth-order-sign", [OrderSign], IsLean: false),
        new(Growth, "/by-hook", "hpd-growth-patient-view", [PatientView], IsLean: false),
        new(Growth, "/by-hook", "hpd-growth-encounter-start", [EncounterStart], IsLean: false),
        new(Growth, "/lean", Growth, [OrderSelect, OrderSign, PatientView, EncounterStart], IsLean: true),
    ];

    /// <summary>The services that a site may name.</summary>
    public static readonly ImmutableArray<string> Names = [.. Services.Select(service => service.Name).Distinct(StringComparer.Ordinal)];

    public static CataloguedService? Find(string document, string id) =>
        Services.FirstOrDefault(service => service.Document == document && service.Id == id);

    /// <summary>Whether a hook comes with draft orders.</summary>
    public static bool IsOfOrders(string hook) => hook is OrderSelect or OrderSign;

    /// <param name="document">One of <see cref="Documents"/>.</param>
    /// <param name="ehr">For whom, where that is known: its own services and registration; otherwise everything that is on by default.</param>
    public DiscoveryDocument Discovery(string document, TrustedEhr? ehr) => new(
        [.. Services.Where(service => service.Document == document && (ehr?.Services.ContainsKey(service.Name) ?? OnByDefault.Contains(service.Name, StringComparer.Ordinal)))
            .SelectMany(service => service.Hooks.Select(hook => Describe(service, hook, service.IsLean || ehr?.IsLean == true)))]);

    private DiscoveredService Describe(CataloguedService service, string hook, bool isLean) => service.Name == Growth
        ? DescribeGrowth(service, hook, isLean)
        : new(
        hook,
        "Risk of hyperprogressive disease under immune checkpoint inhibitors",
        "Advises on reported risk factors of hyperprogressive disease when a checkpoint inhibitor is ordered. "
            + "Investigational decision support for clinicians; not a certified medical device; weights are the project's own and not clinically validated.",
        service.Id,
        prefetch.Templates(isLean),
        isLean
            ? "Needs a FHIR R4 server and a token that may read Patient, Observation, Condition and the medication resources: only the patient is taken from prefetch."
            : "Reads Patient, Observation, Condition and the medication resources from prefetch, or from the FHIR R4 server with the token of the request. "
                + "With neither it answers 412. Please fire it on orders of cancer immunotherapy only. Local clinical-safety approval is needed before live use; not for time-critical use.");

    private DiscoveredService DescribeGrowth(CataloguedService service, string hook, bool isLean) => new(
        hook,
        "Tumour growth under immune checkpoint inhibitors",
        "Says whether published definitions of hyperprogressive disease are met by the tumour measurements in the record, once a checkpoint inhibitor was given. "
            + "Investigational decision support for clinicians; not a certified medical device.",
        service.Id,
        prefetch.ForGrowth.Templates(isLean),
        "Reads Patient, Observation, Condition, the medication resources, Procedure, DiagnosticReport, ImagingStudy, ServiceRequest and Appointment from prefetch, or from the FHIR R4 "
            + "server with the token of the request. With neither it answers 412. Please fire it for patients on cancer immunotherapy only. Local clinical-safety approval is needed before live use; not for time-critical use.");
}
