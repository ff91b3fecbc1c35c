/* Marks what may give the writer away; the rules are those of portal/intake/hints. ES5. */
var hints=(function(R){"use strict";
var n,P=R.pieces;
for(n in R.sets)P[n]=signs(R.sets[n]);
function signs(s){var c=19968,o="";s.replace(/./g,function(x){x=x.charCodeAt(0);if(x>104)c+=x*70-7350;else{c+=x-35;o+=String.fromCharCode(c)}});return o}
function whole(p){var q=p.replace(/<([A-Z0-9-]+)>/g,function(x,n){return P[n]});return q==p?p:whole(q)}
function put(s,t){return s.replace(/[^a-z0-9 ]/g,function(c){var i=t[0].indexOf(c);return i<0?c:t[1].charAt(i)})}
function plain(s){return put(s,R.same).replace(/[\uff01-\uff5e]/g,function(c){return String.fromCharCode(c.charCodeAt(0)-65248)})}
function digits(s){return s.replace(new RegExp("([0-9]?)(["+R.figures[0]+"]{1,99})(?=([0-9]?))","g"),function(x,a,b,c){return a||c?x:put(b,R.figures)})}
function good(k,s){
var i,n,t=0,l=s.length;
if(k=="m"){
for(i=0;i<17;i++)t+=s.charAt(i)*(1<<17-i);
return/^.{6}(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])/.test(s)&&"10X98765432".charAt(t%11)==s.charAt(17).toUpperCase()}
for(i=0;i<l;i++){n=s.charAt(l-1-i)*(1+i%2);t+=n>9?n-9:n}
return t%10==0}
R.rules.forEach(function(r){r[1]=new RegExp(whole(r[1]),"gi");r[4]=r[4]&&new RegExp(r[4],"i")});
function find(s){
var w=plain(s),d=digits(w),l=[];
R.rules.forEach(function(r){
var m,a,b,t=r[2]?w:d,e=r[1];
e.lastIndex=0;
while((m=e.exec(t))){
a=m.index+m[1].length;b=a+m[2].length;
if(r[4]&&r[4].test(t.slice(Math.max(0,a-12),a))||r[3]&&!good(r[3],m[2].replace(/[^0-9x]/gi,"")))e.lastIndex=m.index+1;
else{
e.lastIndex=b;
if(l.every(function(o){return b<=o.start||o.end<=a}))l.push({start:a,end:b,kind:r[0]})}}});
return l.sort(function(x,y){return x.start-y.start})}
return find
})(/*rules*/{"same":["。！？；!?;…，、：\n\r－—–‐‑−─～　 \t＃","........,,:||--------   #"],"figures":["〇零○一幺壹二贰三叁四肆五伍六陆七柒八捌九玖拾佰","0001112233445566778899十百"],"sets":{"U":".%$)1+A:%298,?-'+9[E,4BjLjIlQN+jJYl[?O&Y',%?(+'/$-,3(7:$-L$j0*'j=>kMk\\j%Ro>7j,j8o.Dj2[2%,j)mZ/(k$6jJjY+2lbj(m)(D?N/.3D\\m`l3jh19f*k\\/j.j\\o+og:j1l#~s0,jh,9j-j6jZ-XrLn/uV8m5%*~r:j1l'paC7+2&')mCZ*j7AnYY14$Jk:j7kfuVk8))N","Y":"$)ARjaF5j%'j3Rj)j8l<b@j)mUk''>'BWk?wNkb%n=()E+%k&BjWj>m/j)=<Bj'j*FrQu`'j3l7(V@1/Rj5'k%'nJmgj,%A)ja()Ak9j5k>m:oMjAkhm;nR;&mUn;n/jfHl+vZkDjej=&j1j(m<kTWk?kG+Kk-jWsMjPk&lGmJjG.l^';Bt?22'';/3l5s55mEf;%Qj^9l*&k,AoOjIjTm=q6-j_j&$"},"pieces":{"-":"[ .\\-/]{0,3}","0":"(^|[^0-9])","B":"(?:[^\\u3400-\\u9fff]|$|[<U>欠残坐卧])","BLOCK":"(?:[a-z东西南北]?[0-9十]{0,4}[a-z]? ?(?:号楼|栋楼?|幢楼?|座楼?|#楼?|号院))","COUNT":"(?:\\.[0-9]|-[0-9]|[0-9十百千万亿a-z%年月日元块人多余平米个次度套辆台分斤亩瓦只岁吨张条公栋弄来路]|天(?!天)|户(?!主)|家(?!里|住))","END":"(?=[^\\u3400-\\u9fff]|$|今年|现年|家?住(?!房)|我|俺|电话|手机|男|女(?!儿)|本人)","FLOOR":"(?:(?:[0-9十]{1,3}|顶) ?[楼层])","G":"[^\\u0000-\\u33ff\\ua000-\\uffff<U>]","GAP":"[ \\-的,]{0,2}","J":"(?:支书|书记|主任|会计|[组队楼村]长|网格员)","K":"(?:[亲堂表]?[哥姐弟妹]{1,2}|儿子?|女儿|闺女|老[公婆]|爱人|媳妇|丈夫|妻子|男人|爸爸?|妈妈?|父亲|母亲|[爹娘]|爷爷|奶奶|公公|婆婆|孙[子女]|女婿|侄[子女儿]|外甥|舅舅|家属|邻居)","L":"(?:(?:欧阳|司马|诸葛|(?!周[一二三四五六末]|常年|方[便言]|万[一分事]|成[绩天年]|高[中烧兴龄血层]|白天|江[苏西]|安[全徽]|严重|任[何性]|许多|毛病|马上|平时|毕业|石[头匠]|程度|孙[子女]|向来|何必|祝[您你]|谢谢|康复|温饱|施工|武汉|苏州|田里)[<Y>](?!家[沟湾坝]))<G>{1,2})","ME":"(?:我|俺|咱|额|偶|侬家|阿拉)(?:们)?","NO":"(?![0-9]|号?(?:楼|院|线|公|车|地铁|小区|栋|机|泵|井|文|店|铺|令|会))","ROOM":"(?:[0-9]{3,4}|[0-9]百[0-9]{1,3})","UNIT":"(?:(?:[0-9十]{1,3}|[东西南北中])(?: ?单元|门洞?|梯))"},"rules":[["identity","<0>([1-8](?:<->[0-9]){16}<->[0-9x])(?![0-9a-z])",0,"m"],["identity","((?:身份证|证件)(?:号码?)?[^0-9.|]{0,5})([1-9](?:[ -]?[0-9]){14,17}[0-9x]?)(?![0-9])"],["card","<0>([3-69](?:[ -]{0,2}[0-9]){15,18})(?![0-9])",0,"l","(?:单号|订单|编号|户号|发票|案号|文号|流水号?|条码|表号|合同号?)[^0-9]{0,4}$"],["card","((?:卡号?|[账帐][号户]|存折|一卡通)[^0-9a-z.|]{0,6})([0-9](?:[ -]{0,2}[0-9]){11,20})(?![0-9])",0,"","支付宝[^0-9]{0,6}$"],["phone","<0>((?:\\+?(?:00)?\\(?\\+?86\\)?<->)?1<->[3-9](?:<->[0-9]){9})(?![0-9])",0,"","(?:单号|订单|编号|户号|发票|案号|文号|流水号?|条码|表号|合同号?)[^0-9]{0,4}$"],["phone","<0>(\\(?0(?:10|2[0-9]|[3-9][0-9]{2})\\)?<->[2-8](?:[ -]?[0-9]){6,7})(?![0-9]|-[0-9])",0,"","(?:热线|客服|值班|监督|举报|服务|咨询|投诉|公开)(?:电话|号码)?[^0-9]{0,4}$"],["phone","((?:电话|座机|固话|联系方式|tel)[^0-9.,|]{0,6})([2-8][0-9]{2,3}[ -]?[0-9]{4})(?![0-9元个])",0,"","(?:热线|客服|值班|监督|举报|服务|咨询|投诉|公开)(?:电话|号码)?[^0-9]{0,4}$"],["plate","()([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-hj-np-z][ .·•-]{0,2}(?=[a-z]{0,5}[ -]?[a-z]{0,4}[0-9])(?:[a-z0-9][ \\-]?){4,5}[a-z0-9挂学警领港澳])(?![a-z0-9])"],["mail","()([a-z0-9._%+\\-]{1,64} ?(?:@|\\(at\\)|艾特) ?[a-z0-9\\-]{1,40}(?:\\.[a-z0-9\\-]{1,20}){1,4})"],["account","((?:微信|(?:^|[^a-z])(?:wx|vx|v(?=[: ]))|[薇威v]信|weixin|wechat|qq|[q扣][扣号]|抖音|快手|支付宝)(?:账号|帐号|号码?|id|是|为|叫|搜|加|:|,| ){0,4})([a-z][a-z0-9_-]{5,19}|[1-9][0-9]{4,10}(?![0-9.]{0,9}[0-9元块年月日个点%万笔]))(?![a-z0-9@])"],["door","()(<BLOCK>?<GAP><UNIT><GAP><FLOOR>?<GAP><ROOM>(?: ?[室号房])?)(?!<COUNT>)"],["door","()(<BLOCK><GAP>(?:[0-9]{1,2}-)?<FLOOR>?<GAP><ROOM>(?: ?[室号房])?)(?!<COUNT>)"],["door","()((?:<BLOCK>|<UNIT>)<GAP><UNIT>?<GAP><FLOOR><GAP>[0-9]{1,2}(?:号|室|门))<NO>"],["door","()(<BLOCK>?<GAP><UNIT>?<GAP><FLOOR><GAP>[东西南北中左右最][边侧手里面头]{0,2}(?:的|那|第?[0-9])?(?:户|家(?!门口)|门(?!口)))"],["door","((?:住|家|我在)[^.,|]{0,8}?)((?:<BLOCK><GAP><UNIT>?|<UNIT>)<GAP><FLOOR>)"],["door","(^|[^0-9a-z.\\-/])([a-z]?[0-9]{1,2}[#栋幢座]?[-/][0-9]{1,2}(?:单元)?[-/](?!20[0-9]{2}(?![室号]))[0-9]{3,4}(?:室|号)?)(?![0-9a-z/]|<COUNT>)"],["door","((?:住|家|业主|我在|地址)[^.,|0-9]{0,6})([a-z]?[0-9]{1,2}-[0-9]{3,4}(?:室|号)?)(?![0-9a-z/]|<COUNT>)"],["door","((?:楼[上下]|对[门面]|隔壁|我家|我们家|[咱俺]家|住)(?:是|在|的|那[户家个])?:? ?)(<ROOM>(?: ?[室号房])?)(?!<COUNT>)"],["door","((?:住|家|屋|地址|门牌|我在|我们在|我们是)[^.,|]{0,12}?)([^\\u0000-\\u33ff住家在是]{1,6}?(?:胡同|[路街巷弄道里村庄湾沟坝坊院苑园塘桥坡冲])(?:[0-9]{1,4}弄)?[0-9十百]{1,5}(?:-[0-9]{1,3})?号(?:[附之-]?[0-9]{1,3}号?)?(?:[0-9]{1,3}幢)?)<NO>"],["door","()([东西南北]?[0-9十]{0,2}(?:巷|弄|胡同)[0-9十]{1,4}号)<NO>"],["door","(门牌(?:号码?)?[是为:]? ?)([^\\u0000-\\u002f:-\\u33ff]{0,8}[0-9]{1,4}(?:-[0-9]{1,3}号?|号|室))"],["door","()([0-9十]{1,3}(?:村民小组|组|社|队|屯|排)[0-9十]{1,3}号)<NO>"],["door","()((?:[^\\u0000-\\u33ff][组队])?(?:<L>|老[<Y>])家的?(?:隔壁|对[面门]|斜对面|旁边|[后前][面头]))",1],["kin","(<ME>家?的?[大二小]?<K>(?:名?叫|是|,|:)?)(<L>)(?=<B>)",1],["kin","((?:<ME>就?是|作为))(<L>)(?=家?[的他]?[大二小]?<K>)",1],["kin","(^|[ .,|])(<L>)(?=就?是(?:我|俺)们?家?的?<K>)",1],["name","((?:<ME>的?|本人)(?:(?:名字|大名)?(?:就?叫|是)|就?系|名叫|[,:])[做 ]?)(<L>)<END>",1],["name","(<ME>就?是[^.,|不没]{0,6}[的员民主师生工兵人户])(<L>)<END>",1],["name","(本人,?)(<L>)<END>",1],["name","(<ME>就?是|[叫喊]我)([老小][<Y>]|[<Y>](?:师傅|大[爷妈姐哥]|[叔姨婶]))(?=<END>|就|吧)",1],["work","(<ME>家?的?<K>[^.,|]{0,2}[在是当做任]过?)([^.,|]{0,4}(?:<J>|[村居]委会?|社区|政府|派出所))(?=里?(?:上班|工作|当|做|教)|<END>)",1],["work","(<ME>就?是)([^.,|不没要找问]{0,4}<J>)(?=<END>|的<K>)",1],["name","((?:我|俺|本人|免贵)姓 ?)([<Y>])",1],["name","((?:姓名|[实真]名|户主|落款|[映报诉信系]人)(?:举报|反映)?[是为叫]?[ :,]{0,2})(<L>)<END>",1],["name","([.|][ .|]{0,3})((?!谢谢)[<Y>]<G>{2})(?=[ .|]{0,3}$)",1]]}/*end*/);
(function(d){"use strict";
var box=d.querySelector("[data-hints]"),t=d.getElementById("text"),w,timer,last;
if(!box||!t)return;
w=JSON.parse(box.getAttribute("data-hints"));
function add(to,tag,text){var x=d.createElement(tag);x.textContent=text;return to.appendChild(x)}
function masked(s,l){
var out="",end=0;
l.forEach(function(o){
out+=s.slice(end,o.start)+(o.kind=="name"||o.kind=="kin"?new Array(o.end-o.start+1).join("某"):"〔"+w[o.kind]+"〕");
end=o.end});
return out+s.slice(end)}
function look(){
var s=t.value,l=hints(s),p,b;
if(s==last)return;
last=s;
box.textContent="";
box.hidden=!l.length;
if(box.hidden)return;
add(add(box,"p",""),"b",w.title);
p=add(box,"p","");
l.forEach(function(o){add(p,"mark",s.slice(o.start,o.end)+" · "+w[o.kind]);add(p,"span"," ")});
b=add(box,"button",w.mask);
b.type="button";
b.className="btn";
b.onclick=function(){var e=d.createEvent("Event");t.value=masked(s,l);e.initEvent("input",true,true);t.dispatchEvent(e);look();t.focus()}}
t.addEventListener("input",function(){clearTimeout(timer);timer=setTimeout(look,400)});
look();
})(document);
