using System.Collections.Immutable;
using System.Globalization;
using HpdCds.Chart;
using HpdCds.Telemetry;
using HpdCds.Trust;

namespace HpdCds.Hooks;

/// <summary>What an envelope must hold before anything is made of it. Each refusal names the field.</summary>
public static class EnvelopeCheck
{
    public static void RequireHook(this Envelope envelope, CataloguedService service)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        ArgumentNullException.ThrowIfNull(service);
        if (string.IsNullOrEmpty(envelope.Hook))
            throw Refuse("hook", "The hook is missing", "required");
        if (envelope.Hook is "medication-prescribe" or "order-review")
            throw Refuse("hook", "This hook is deprecated: use order-select or order-sign", "not-supported");
        if (!service.Answers(envelope.Hook))
            throw Refuse("hook", $"This service answers {string.Join(" and ", service.Hooks)}", "not-supported");
        if (string.IsNullOrEmpty(envelope.HookInstance))
            throw Refuse("hookInstance", "The hook instance is missing", "required");
        if (!Guid.TryParseExact(envelope.HookInstance, "D", out _))
            throw Refuse("hookInstance", "The hook instance must be a UUID");
        if (envelope is { Authorization: not null, FhirServer: null })
            throw Refuse("fhirServer", "fhirAuthorization needs fhirServer", "required");
    }

    public static HookRequest ToRequest(
        this Envelope envelope, CataloguedService service, TrustedEhr ehr, int maxEntries, DateTimeOffset receivedAt)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(ehr);
        if (!envelope.HasContext)
            throw Refuse("context", "The context is missing", "required");
        var userId = Require(envelope.UserId, "context.userId");
        var patientId = RequireBareId(Require(envelope.PatientId, "context.patientId"), "context.patientId");
        if (envelope.EncounterId is { } encounter)
            RequireBareId(encounter, "context.encounterId");
        if (envelope is { Hook: HookCatalogue.OrderSelect, Selections: null })
            throw Refuse("context.selections", "The selections are missing", "required");
        var server = FhirBase.Parse(envelope.FhirServer);
        if (envelope is { Hook: HookCatalogue.EncounterStart })
            Require(envelope.EncounterId, "context.encounterId");
        var drafts = HookCatalogue.IsOfOrders(envelope.Hook!) ? ReadDrafts(envelope, ehr, maxEntries) : BundleWalk.OfNothing;
        return new HookRequest(
            service.Id,
            envelope.Hook!,
            Guid.Parse(envelope.HookInstance!, CultureInfo.InvariantCulture).ToString("D"),
            patientId,
            userId,
            envelope.EncounterId,
            envelope.Selections ?? [],
            ReadOrders(drafts, new PatientIdentity(patientId, ehr.BasesOf(server))),
            server,
            ReadAccess(envelope.Authorization, patientId, receivedAt),
            envelope.Prefetch)
        {
            IsForGrowth = service.Name == HookCatalogue.Growth,
            OtherDrafts = OrderReader.OtherThanDrugs(drafts),
            Walked = envelope.Walked,
        };
    }

    private static BundleWalk ReadDrafts(Envelope envelope, TrustedEhr ehr, int maxEntries)
    {
        if (envelope.DraftOrders is not { } bytes)
        {
            Signals.WithoutDraftOrders.Add(1, Signals.Tag("ehr", ehr.Name));
            throw Refuse("context.draftOrders", "The draft orders are missing: are the endpoint address and the scopes for unsigned orders registered?", "required");
        }

        var bundle = BundleWalk.Read(bytes, maxEntries);
        if (bundle.Shape != ValueShape.Bundle)
            throw Refuse("context.draftOrders", "A Bundle is expected here");
        if (bundle.IsCutShort)
            throw new RefusedException(ErrorReply.Generic(StatusCodes.Status413PayloadTooLarge));
        if (bundle.Entries.Any(entry => entry.Resource.Type == "MedicationOrder"))
            throw Unusable("The orders have the shape of an older FHIR version: FHIR R4 is expected");
        return bundle;
    }

    private static ImmutableArray<ChartOrder> ReadOrders(BundleWalk bundle, PatientIdentity patient)
    {
        var groups = bundle.Entries.Where(entry => entry.Resource.Type == "RequestGroup").Select(entry => entry.Resource.Subject).ToArray();
        if (groups.Length > OrderReader.MostGroups)
            throw Unusable(string.Create(CultureInfo.InvariantCulture, $"Among the draft orders are more than {OrderReader.MostGroups} RequestGroups"));
        var orders = OrderReader.Read(bundle) ?? throw Unusable("A draft order cannot be read as FHIR R4", OrderReader.PlaceOfUnreadable(bundle));
        if (orders.Select(order => order.Subject).Concat(groups).Any(subject => subject is not null && !patient.IsNamedBy(subject)))
            throw Refuse("context.draftOrders", "A draft order is for another patient than context.patientId", "business-rule");
        return orders;
    }

    private static FhirAccess? ReadAccess(AuthorizationMembers? members, string patientId, DateTimeOffset receivedAt)
    {
        if (members is null)
            return null;
        if (members.Patient is { Length: > 0 } patient && patient != patientId && patient != "Patient/" + patientId)
            throw Refuse("fhirAuthorization.patient", "The token is for another patient than context.patientId", "business-rule");
        var isBearer = string.Equals(members.TokenType, "Bearer", StringComparison.OrdinalIgnoreCase);
        if (!isBearer || members.AccessToken is not { Length: > 0 } token || !token.All(sign => sign is > ' ' and <= '~'))
            return null;
        if (members.ExpiresIn is null)
            return new FhirAccess(token, DateTimeOffset.MaxValue);
        return decimal.TryParse(members.ExpiresIn, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            ? new FhirAccess(token, receivedAt.AddSeconds((double)Math.Clamp(seconds, 0, 86_400)))
            : null;
    }

    private static string Require(string? value, string field) =>
        string.IsNullOrWhiteSpace(value) ? throw Refuse(field, "This field is missing", "required") : value;

    // Ids longer than FHIR allows are in the wild; what may not be is a path, a URL or a control character.
    private static string RequireBareId(string value, string field) =>
        value.Length <= 512 && value.All(sign => char.IsAsciiLetterOrDigit(sign) || sign is '-' or '.' or '_' or '~') && value.Trim('.').Length > 0
            ? value
            : throw Refuse(field, "A bare FHIR id is expected here", "value");

    private static RefusedException Refuse(string field, string diagnostics, string issueCode = "value") =>
        new(ErrorReply.BadRequest(field, diagnostics, issueCode));

    private static RefusedException Unusable(string diagnostics, int? entry = null) => new(new ErrorReply(
        StatusCodes.Status422UnprocessableEntity,
        "processing",
        diagnostics,
        entry is { } at ? string.Create(CultureInfo.InvariantCulture, $"context.draftOrders.entry[{at}].resource") : "context.draftOrders"));
}
