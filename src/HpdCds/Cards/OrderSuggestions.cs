using System.Text.Json.Nodes;
using HpdCds.Clinical;
using HpdCds.Hooks;
using HpdCds.Knowledge;
using HpdCds.Trust;

namespace HpdCds.Cards;

/// <summary>
/// Orders that a card may offer: the laboratory tests that are missing, and the baseline and early follow-up. Only what
/// adds, only where the site mapped a code of its own, one action each, and never a change to an order that exists.
/// </summary>
internal static class OrderSuggestions
{
    /// <summary>What a site may map (<c>HpdCds:Ehrs:n:OrderCodes</c>).</summary>
    public static readonly string[] Orderable = ["cbc", "ldh", "afp", "bilirubin", "albumin", "inr", "imaging", "afp-recheck"];

    private static readonly string[] FollowUp = ["imaging", "afp-recheck"];

    // A new result settles these; it does not settle a list that was cut or may not be read.
    private static readonly UnknownReason[] CuredByATest =
    [
        UnknownReason.NotRecorded, UnknownReason.TooOld, UnknownReason.Unreadable, UnknownReason.UnknownUnit, UnknownReason.CodeUnitConflict, UnknownReason.Implausible,
        UnknownReason.NoReferenceRange, UnknownReason.ImpreciseDate, UnknownReason.NotPaired, UnknownReason.BoundOnly,
    ];

    public static IReadOnlyList<Suggestion> For(RiskAssessment assessment, TrustedEhr ehr, string patientId, Wording wording) =>
        ehr.OrderCodes.IsEmpty ? [] : [.. assessment.Factors
            .Where(row => row.Factor.IsCore && row.State == FactState.Unknown && CuredByATest.Contains(row.Reason!.Value))
            .Select(OrderableOf)
            .OfType<string>()
            .Concat(FollowUp)
            .Distinct(StringComparer.Ordinal)
            .Where(ehr.OrderCodes.ContainsKey)
            .Select(name => Make(name, ehr.OrderCodes[name], patientId, wording))];

    /// <summary>Imaging alone, where the hospital mapped it.</summary>
    public static IReadOnlyList<Suggestion> ForImaging(TrustedEhr ehr, string patientId, Wording wording) =>
        ehr.OrderCodes.TryGetValue("imaging", out var code) ? [Make("imaging", code, patientId, wording)] : [];

    private static string? OrderableOf(FactorAssessment row) => row.Factor.Id switch
    {
        "nlr" => "cbc",
        "child-pugh" => Orderable.FirstOrDefault(name => name == row.Datum),
        var id => Orderable.FirstOrDefault(name => name == id),
    };

    private static Suggestion Make(string name, HookCoding code, string patientId, Wording wording)
    {
        var phrase = FollowUp.Contains(name, StringComparer.Ordinal) ? "suggestion.follow-up" : "suggestion.description";
        var display = wording[$"order.{name}"];
        return new(wording.Say("suggestion.label", ("name", display)))
        {
            Uuid = Guid.NewGuid().ToString(),
            Actions = [new("create", wording.Say(phrase, ("name", display)), new JsonObject
            {
                ["resourceType"] = "ServiceRequest",
                ["status"] = "draft",
                ["intent"] = "order",
                ["code"] = new JsonObject
                {
                    ["coding"] = new JsonArray(new JsonObject { ["system"] = code.System, ["code"] = code.Code, ["display"] = code.Display ?? display }),
                    ["text"] = display,
                },
                ["subject"] = new JsonObject { ["reference"] = $"Patient/{patientId}" },
            })],
        };
    }
}
