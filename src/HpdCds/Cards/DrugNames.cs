using HpdCds.Knowledge;

namespace HpdCds.Cards;

/// <summary>Drugs as the reader of a language knows them, with the INN beside the name where the two differ.</summary>
internal static class DrugNames
{
    public static string Of(IEnumerable<string> agents, DrugTable drugs, Wording wording) =>
        string.Join(wording["drug-separator"], agents.Select(agent => Of(agent, drugs, wording)));

    public static string Of(string inn, DrugTable drugs, Wording wording) => drugs.Find(inn) switch
    {
        { Labels: { } labels, IsClass: var isClass } when labels.TryGetValue(wording.Language, out var label) =>
            isClass ? label : wording.Say("drug.named", ("name", label), ("inn", inn)),
        _ => inn,
    };
}
